# Helpers that give every target of the project the same flags and install rules.

add_library(cch_warnings INTERFACE)
target_compile_options(cch_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  # GCC 12 reports its own std::string as overlapping, overflowing and out of bounds (bugs 105651, 105329).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread;-Wno-array-bounds>
  $<$<BOOL:${CCH_WERROR}>:-Werror>)

add_library(cch_flags INTERFACE)
target_compile_features(cch_flags INTERFACE cxx_std_20)
# No contraction into fused multiply-adds: the same numbers whatever the instruction set.
target_compile_options(cch_flags INTERFACE -ffp-contract=off)
if(CCH_SANITIZE)
  # Compile time is what limits how much can be sanitized: line tables are all that a report needs, and the
  # checks that are left out double it for what the address sanitizer finds too (alignment: see data).
  # -O1 is not quicker to compile than the -O2 of the build type, and what it makes of templates runs several
  # times longer.
  target_compile_options(cch_flags INTERFACE -g1 -fsanitize=${CCH_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all -fno-sanitize=null,alignment,object-size,vptr -D_GLIBCXX_ASSERTIONS)
  # The sanitizer's dlopen searches the run path of the program alone in the older form of that entry.
  target_link_options(cch_flags INTERFACE -fsanitize=${CCH_SANITIZE} LINKER:--disable-new-dtags)
endif()
# Under libFuzzer what computes is followed by nothing: half of the time to compile.
if(CCH_SANITIZE MATCHES "fuzzer-no-link")
  target_compile_options(cch_flags INTERFACE
    "$<$<BOOL:$<TARGET_PROPERTY:CCH_PLAIN>>:-O0;-fno-sanitize=all;-fno-profile-instr-generate;-fno-coverage-mapping>")
endif()

set(CMAKE_CXX_EXTENSIONS OFF)
# Paths relative to the checkout, so that clones share results; the sloppiness that ccache asks for
# before it stores files that use a precompiled header.
find_program(CCH_CCACHE ccache)
if(CCH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros ${CCH_CCACHE})
endif()
find_program(CCH_MOLD mold)
if(CCH_MOLD AND (CMAKE_CXX_COMPILER_ID STREQUAL "Clang"
    OR (CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 12.1)))
  add_link_options(-fuse-ld=mold)
endif()

# Parsing headers is half of what a file costs: the standard library and what a folder includes
# everywhere are read once a target. Headers of the project stay out: changing one must not rebuild all.
function(cch_precompile target)
  target_precompile_headers(${target} PRIVATE
    <algorithm> <array> <cmath> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <numeric> <optional> <set>
    <span> <sstream> <stop_token> <string> <string_view> <utility> <variant> <vector> ${ARGN})
endfunction()

# Sources of a folder that are compiled as one share what templates cost: half of the time of a cold build.
# The preset "dev" compiles each file on its own, which shows that it includes what it uses.
option(CCH_UNITY "Compile several sources of a folder as one" ON)
function(cch_unity target batch)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${CCH_UNITY} UNITY_BUILD_BATCH_SIZE ${batch})
endfunction()

# Text, files, command lines and checks of tests: nothing there is slow when it runs, so the optimiser does
# little; under a sanitizer nothing, which is half of what they cost to compile.
add_library(cch_light INTERFACE)
if(CCH_SANITIZE)
  target_compile_options(cch_light INTERFACE -O0)
else()
  target_compile_options(cch_light INTERFACE $<$<CONFIG:Release>:-O1>)
endif()

# What reads foreign bytes checks its stack and the sizes of its buffers; everywhere addresses are bound
# before anything is read and then cannot be written to. tools/dev/check-hardening tests it.
add_library(cch_hardened INTERFACE)
if(NOT CCH_SANITIZE)
  target_compile_options(cch_hardened INTERFACE -fstack-protector-strong
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>)
endif()
add_link_options(LINKER:-z,relro LINKER:-z,now)

# Public headers include/cch/<dir>/*.hpp as an installed file set of a target.
function(cch_public_headers target scope)
  set(headers)
  foreach(dir IN LISTS ARGN)
    file(GLOB found CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/cch/${dir}/*.hpp)
    list(APPEND headers ${found})
  endforeach()
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers})
endfunction()

# cch_add_library(<name> HEADER_DIR <dir>... SOURCES <file>... PUBLIC <target>... PRIVATE <target>...)
function(cch_add_library name)
  cmake_parse_arguments(arg "" "" "HEADER_DIR;SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(cch_${name} STATIC ${arg_SOURCES})
  add_library(cch::${name} ALIAS cch_${name})
  set_target_properties(cch_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  cch_public_headers(cch_${name} PUBLIC ${arg_HEADER_DIR})
  target_compile_features(cch_${name} PUBLIC cxx_std_20)
  target_include_directories(cch_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(cch_${name} PUBLIC ${arg_PUBLIC}
    PRIVATE ${arg_PRIVATE} $<BUILD_INTERFACE:cch_warnings> $<BUILD_INTERFACE:cch_flags>)
  cch_unity(cch_${name} 6)
  set_property(GLOBAL APPEND PROPERTY CCH_INSTALLED_TARGETS cch_${name})
endfunction()
