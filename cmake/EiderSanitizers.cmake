# EIDER_SANITIZE=address,undefined | thread: one switch for the whole tree.
set(EIDER_SANITIZE "" CACHE STRING "Sanitizers to build with (address,undefined or thread)")
if(EIDER_SANITIZE)
  add_compile_options(-fsanitize=${EIDER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${EIDER_SANITIZE})

  # The runtimes' options are a part of every program. Compiled here and now, so that no program needs to name it.
  set(defaults ${CMAKE_BINARY_DIR}/sanitizer_defaults.o)
  execute_process(
    COMMAND ${CMAKE_C_COMPILER} -std=c11 -O1 -c ${CMAKE_SOURCE_DIR}/cmake/sanitizer_defaults.c -o ${defaults}
    COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/cmake/sanitizer_defaults.c)
  add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${defaults}>)
endif()
