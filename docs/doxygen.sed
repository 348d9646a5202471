# Comments of the public headers, as Doxygen wants them. The licence and the lines between sections are none.
/^\/\* SPDX/d
/^\/\* ----/d
s|^( *)/\*$|\1/**|
s|^( *)/\* |\1/** |
s|([;,]) */\* |\1 /**< |
s|([A-Za-z0-9_]) +/\* |\1 /**< |
