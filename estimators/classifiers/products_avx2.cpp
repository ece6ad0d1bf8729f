#if defined(__x86_64__)
#define CCH_ISA products_avx2
#define CCH_ISA_NAME "avx2"
#define CCH_ISA_BYTES 32
#define CCH_ISA_WIDE 5
#define CCH_ISA_ROWS 2
#define CCH_ISA_COLUMNS 3
#include "estimators/classifiers/products.inc"
#endif
