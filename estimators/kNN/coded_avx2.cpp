#if defined(__x86_64__)
#define CCH_CODED_ISA coded_avx2
#define CCH_CODED_NAME "avx2"
#include "estimators/kNN/coded.inc"
#endif
