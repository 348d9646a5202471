# eider_module(NAME [NOT_IN_LIBRARY] [EXCLUDE FILE …] DEPENDS a b …): one folder below src/.
#
# Makes the static library eider_NAME of every .c file in the folder but those named by EXCLUDE. DEPENDS names the modules and
# libraries that its code may use; scripts/check compares the folder's includes with it. The objects also become part of
# libeider, unless NOT_IN_LIBRARY says that only programs need them.
function(eider_module name)
  cmake_parse_arguments(ARG "NOT_IN_LIBRARY" "" "EXCLUDE;DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  foreach(file ${ARG_EXCLUDE})
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  if(NOT sources)
    add_library(eider_${name} INTERFACE)
    target_link_libraries(eider_${name} INTERFACE ${ARG_DEPENDS})
    return()
  endif()

  set(objects eider_${name}_objects)
  add_library(${objects} OBJECT ${sources})
  target_include_directories(${objects} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${objects} PUBLIC ${ARG_DEPENDS} PRIVATE eider_warnings)
  add_library(eider_${name} STATIC $<TARGET_OBJECTS:${objects}>)
  target_include_directories(eider_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(eider_${name} PUBLIC ${ARG_DEPENDS})
  if(NOT ARG_NOT_IN_LIBRARY)
    set_property(GLOBAL APPEND PROPERTY EIDER_LIBRARY_OBJECTS ${objects})
  endif()
endfunction()
