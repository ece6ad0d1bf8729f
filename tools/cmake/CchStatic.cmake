# For a wheel: everything but the C and C++ libraries is linked statically, so that the module and the program run
# where none of the packages is installed. fmt is a shared library alone in Debian 12: what it holds is compiled.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)

find_path(CCH_FMT_INCLUDE fmt/format-inl.h REQUIRED)
file(STRINGS ${CCH_FMT_INCLUDE}/fmt/core.h version REGEX "define FMT_VERSION ")
add_library(cch_fmt STATIC)
set_target_properties(cch_fmt PROPERTIES POSITION_INDEPENDENT_CODE ON LINKER_LANGUAGE CXX)
target_compile_features(cch_fmt PUBLIC cxx_std_20)
# As of the shared library, so that objects of both builds are the same.
target_compile_definitions(cch_fmt PUBLIC FMT_SHARED)
target_include_directories(cch_fmt SYSTEM PUBLIC ${CCH_FMT_INCLUDE})
if(version MATCHES " 9[0-9][0-9][0-9][0-9]")
  target_sources(cch_fmt PRIVATE ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp)
else()
  file(WRITE ${PROJECT_BINARY_DIR}/fmt.cpp "#include <fmt/format.h>\n")
  target_sources(cch_fmt PRIVATE ${PROJECT_BINARY_DIR}/fmt.cpp)
  target_compile_definitions(cch_fmt PUBLIC FMT_HEADER_ONLY=1)
endif()
add_library(fmt::fmt ALIAS cch_fmt)
