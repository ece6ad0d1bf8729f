# Installs headers, libraries, the program and a package that find_package(cch COMPONENTS ...) finds.
include(CMakePackageConfigHelpers)

get_property(installed GLOBAL PROPERTY CCH_INSTALLED_TARGETS)
install(TARGETS ${installed} EXPORT cchTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT cchTargets NAMESPACE cch:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cch)

set(CCH_COMPONENTS ${installed})
list(TRANSFORM CCH_COMPONENTS REPLACE "^cch_" "")
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/cchConfig.cmake.in ${PROJECT_BINARY_DIR}/cchConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cch)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cchConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cchConfig.cmake ${PROJECT_BINARY_DIR}/cchConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/cch)

install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# `cpack -G DEB` in a build folder: one package with program, library and headers. What it needs is read
# from its binaries.
set(CPACK_PACKAGE_NAME cch)
set(CPACK_PACKAGE_VENDOR "cch")
set(CPACK_PACKAGE_CONTACT "cch maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
