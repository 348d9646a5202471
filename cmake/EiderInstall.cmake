# cmake --install: headers, libeider (shared, static), the program, eider.pc and a CMake package (eider::eider,
# eider::eider_static).
#
# DuckDB: the libduckdb of scripts/setup is nowhere on the system, so it is installed beside libeider, with duckdb.h, and is
# found through $ORIGIN. One's own (EIDER_DUCKDB_DIR) stays where it is, and its folder goes into the rpath instead.
# EIDER_INSTALL_DUCKDB overrides that choice. The installed tree may be moved as a whole.
option(EIDER_INSTALL_DUCKDB "Install libduckdb and duckdb.h beside libeider" ${EIDER_DUCKDB_IS_OURS})

get_filename_component(eider_duckdb_libdir ${DuckDB_LIBRARY} DIRECTORY)
file(RELATIVE_PATH eider_bin_to_lib /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
set(eider_rpath_lib "$ORIGIN")
set(eider_rpath_bin "$ORIGIN/${eider_bin_to_lib}")
if(NOT EIDER_INSTALL_DUCKDB)
  list(APPEND eider_rpath_lib ${eider_duckdb_libdir})
  list(APPEND eider_rpath_bin ${eider_duckdb_libdir})
endif()
set_target_properties(eider_shared PROPERTIES INSTALL_RPATH "${eider_rpath_lib}")
if(TARGET eider)
  set_target_properties(eider PROPERTIES INSTALL_RPATH "${eider_rpath_bin}")
  install(TARGETS eider RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(TARGETS eider_shared eider_static EXPORT eiderTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/eider DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(EIDER_INSTALL_DUCKDB)
  install(PROGRAMS ${DuckDB_LIBRARY} DESTINATION ${CMAKE_INSTALL_LIBDIR} RENAME libduckdb.so)
  install(FILES ${DuckDB_INCLUDE_DIR}/duckdb.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endif()

# Where the installed package says that DuckDB is: beside us, or at the absolute place of the user's own.
if(EIDER_INSTALL_DUCKDB)
  set(EIDER_PC_DUCKDB_LIBDIR "\${libdir}")
  set(EIDER_PC_DUCKDB_INCLUDEDIR "\${includedir}")
  set(EIDER_CONFIG_DUCKDB_LIBRARY "\${PACKAGE_PREFIX_DIR}/${CMAKE_INSTALL_LIBDIR}/libduckdb.so")
  set(EIDER_CONFIG_DUCKDB_INCLUDEDIR "\${PACKAGE_PREFIX_DIR}/${CMAKE_INSTALL_INCLUDEDIR}")
else()
  string(REPLACE " " "\\ " EIDER_PC_DUCKDB_LIBDIR ${eider_duckdb_libdir})
  string(REPLACE " " "\\ " EIDER_PC_DUCKDB_INCLUDEDIR ${DuckDB_INCLUDE_DIR})
  set(EIDER_CONFIG_DUCKDB_LIBRARY ${DuckDB_LIBRARY})
  set(EIDER_CONFIG_DUCKDB_INCLUDEDIR ${DuckDB_INCLUDE_DIR})
endif()
file(RELATIVE_PATH EIDER_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" EIDER_PC_PREFIX ${EIDER_PC_PREFIX})

include(CMakePackageConfigHelpers)
set(eider_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/eider)
configure_file(${CMAKE_SOURCE_DIR}/cmake/eider.pc.in ${CMAKE_BINARY_DIR}/eider.pc @ONLY)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/eiderConfig.cmake.in ${CMAKE_BINARY_DIR}/eiderConfig.cmake
  INSTALL_DESTINATION ${eider_package_dir} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/eiderConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/eider.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${CMAKE_BINARY_DIR}/eiderConfig.cmake ${CMAKE_BINARY_DIR}/eiderConfigVersion.cmake
  DESTINATION ${eider_package_dir})
install(EXPORT eiderTargets NAMESPACE eider:: DESTINATION ${eider_package_dir})
