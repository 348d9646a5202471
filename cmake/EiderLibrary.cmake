# libeider, shared and static, of the objects of every module; called once, after all modules. Only EIDER_API symbols leave
# either: the shared library is compiled with hidden visibility, and the static one is linked into one relocatable object whose
# hidden symbols are then made local, so that an application's own `arena_new` never meets ours.
function(eider_library)
  get_property(modules GLOBAL PROPERTY EIDER_LIBRARY_OBJECTS)
  set(objects)
  foreach(module ${modules})
    list(APPEND objects $<TARGET_OBJECTS:${module}>)
  endforeach()

  add_library(eider_shared SHARED ${objects})
  set_target_properties(eider_shared PROPERTIES
    OUTPUT_NAME eider
    EXPORT_NAME eider
    LINKER_LANGUAGE C
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  target_link_libraries(eider_shared PUBLIC DuckDB::DuckDB PRIVATE PkgConfig::JSONC Threads::Threads m)
  if(NOT EIDER_SANITIZE)
    target_link_options(eider_shared PRIVATE -Wl,--no-undefined)
  endif()

  set(merged ${CMAKE_BINARY_DIR}/libeider.o)
  add_custom_command(OUTPUT ${merged}
    COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -o ${merged} ${objects}
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${merged}
    DEPENDS ${objects}
    COMMENT "Merging libeider.o"
    COMMAND_EXPAND_LISTS VERBATIM)
  set_source_files_properties(${merged} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  add_library(eider_static STATIC ${merged})
  set_target_properties(eider_static PROPERTIES
    OUTPUT_NAME eider
    LINKER_LANGUAGE C
    ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  # By plain name, so that who links the installed library needs no more than the linker's search path.
  target_link_libraries(eider_static INTERFACE DuckDB::DuckDB json-c Threads::Threads m)

  foreach(library eider_shared eider_static)
    target_include_directories(${library} INTERFACE
      $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endforeach()
endfunction()

# eider_program(NAME SOURCE DEPENDS …): a program at the top of the build folder. It holds its modules itself; of what is built
# or fetched here it loads libduckdb only.
function(eider_program name source)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  add_executable(${name} ${source})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} eider_warnings)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()
