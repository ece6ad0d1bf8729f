#if defined(__x86_64__)
#define CCH_CODED_ISA coded_avx512
#define CCH_CODED_NAME "avx512"
#include "estimators/kNN/coded.inc"
#endif
