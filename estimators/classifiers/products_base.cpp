#define CCH_ISA products_base
#define CCH_ISA_NAME "baseline"
#define CCH_ISA_BYTES 16
#define CCH_ISA_WIDE 2
#define CCH_ISA_ROWS 1
#define CCH_ISA_COLUMNS 2
#include "estimators/classifiers/products.inc"
