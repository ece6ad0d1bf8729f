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
