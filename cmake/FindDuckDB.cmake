# Finds DuckDB: EIDER_DUCKDB_DIR (cache variable, else environment), else what scripts/setup put into .deps/duckdb. Each has
# libduckdb.so and duckdb.h in itself or in lib/ and include/. Defines the imported target DuckDB::DuckDB and
# EIDER_DUCKDB_IS_OURS, true if it is the one of scripts/setup.
set(EIDER_DUCKDB_DIR "$ENV{EIDER_DUCKDB_DIR}" CACHE PATH "Folder with libduckdb.so and duckdb.h; empty: that of scripts/setup")
if(EIDER_DUCKDB_DIR)
  get_filename_component(eider_duckdb_root ${EIDER_DUCKDB_DIR} ABSOLUTE)
  set(EIDER_DUCKDB_IS_OURS FALSE)
else()
  set(eider_duckdb_root ${EIDER_DEPS_DIR}/duckdb)
  set(EIDER_DUCKDB_IS_OURS TRUE)
endif()

# Looked for again whenever the root changes, so that a build folder follows a changed EIDER_DUCKDB_DIR.
if(NOT "${eider_duckdb_root}" STREQUAL "${EIDER_DUCKDB_FOUND_IN}")
  unset(DuckDB_INCLUDE_DIR CACHE)
  unset(DuckDB_LIBRARY CACHE)
endif()
find_path(DuckDB_INCLUDE_DIR duckdb.h PATHS ${eider_duckdb_root} PATH_SUFFIXES include NO_DEFAULT_PATH)
find_library(DuckDB_LIBRARY duckdb PATHS ${eider_duckdb_root} PATH_SUFFIXES lib NO_DEFAULT_PATH)
set(EIDER_DUCKDB_FOUND_IN ${eider_duckdb_root} CACHE INTERNAL "")
mark_as_advanced(DuckDB_INCLUDE_DIR DuckDB_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB
  REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run scripts/setup, or set EIDER_DUCKDB_DIR to a folder that holds libduckdb.so and duckdb.h")
if(DuckDB_FOUND AND NOT TARGET DuckDB::DuckDB)
  add_library(DuckDB::DuckDB SHARED IMPORTED)
  set_target_properties(DuckDB::DuckDB PROPERTIES
    IMPORTED_LOCATION ${DuckDB_LIBRARY}
    IMPORTED_NO_SONAME TRUE
    INTERFACE_INCLUDE_DIRECTORIES ${DuckDB_INCLUDE_DIR})
endif()
