# EIDER_SANITIZE=address,undefined | thread: one switch for the whole tree.
set(EIDER_SANITIZE "" CACHE STRING "Sanitizers to build with (address,undefined or thread)")
if(EIDER_SANITIZE)
  add_compile_options(-fsanitize=${EIDER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${EIDER_SANITIZE})
endif()
