#if defined(__x86_64__)
#define CCH_ISA products_avx512
#define CCH_ISA_NAME "avx512"
#define CCH_ISA_BYTES 64
#define CCH_ISA_WIDE 10
#define CCH_ISA_ROWS 4
#define CCH_ISA_COLUMNS 5
#include "estimators/classifiers/products.inc"
#endif
