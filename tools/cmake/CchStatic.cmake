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

# Likewise toml++, whose headers are all that there is to it.
find_path(CCH_TOML_INCLUDE toml++/toml.h REQUIRED)
add_library(cch_toml INTERFACE)
target_compile_definitions(cch_toml INTERFACE TOML_HEADER_ONLY=1)
target_include_directories(cch_toml SYSTEM INTERFACE ${CCH_TOML_INCLUDE})
add_library(tomlplusplus::tomlplusplus ALIAS cch_toml)

# Debian's libpng.a is for programs: what it takes from the C library as data (stderr alone) it expects in the program
# itself. A module has a stderr of its own for it, and keeps all names of archives to itself (cch_hides_archives).
find_library(CCH_PNG_ARCHIVE png REQUIRED)
execute_process(COMMAND ${CMAKE_OBJCOPY} --redefine-sym stderr=cch_png_stderr ${CCH_PNG_ARCHIVE}
  ${PROJECT_BINARY_DIR}/libcch_png.a COMMAND_ERROR_IS_FATAL ANY)
target_sources(cch_fmt PRIVATE ${CMAKE_CURRENT_LIST_DIR}/png_stderr.cpp)
set(PNG_LIBRARY ${PROJECT_BINARY_DIR}/libcch_png.a CACHE FILEPATH "" FORCE)
function(cch_hides_archives target)
  target_link_options(${target} PRIVATE -Wl,--exclude-libs,ALL)
endfunction()
