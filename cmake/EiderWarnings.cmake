# The warnings of the house style for every target of ours; errors, unless EIDER_WERROR is off (for compilers that we have not
# seen yet).
option(EIDER_WERROR "Treat warnings as errors" ON)
add_library(eider_warnings INTERFACE)
target_compile_options(eider_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wswitch-enum -Wmissing-prototypes
  -Wstrict-prototypes -Wvla -Wpointer-arith -Wundef -Wwrite-strings
  $<$<BOOL:${EIDER_WERROR}>:-Werror>)
target_compile_definitions(eider_warnings INTERFACE _GNU_SOURCE)
