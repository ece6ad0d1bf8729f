#define CCH_CODED_ISA coded_base
#define CCH_CODED_NAME "baseline"
#include "estimators/kNN/coded.inc"
