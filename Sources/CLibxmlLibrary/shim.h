// Without the system's ICU, whose types Foundation has too, in another version: one compilation cannot have both.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/tree.h>
