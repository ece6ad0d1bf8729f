// The searches over codes as a processor without vector registers of ours runs them.
#define CCH_PLAIN_LANES
#define CCH_CODED_ISA coded_plain
#define CCH_CODED_NAME "plain"
#include "estimators/kNN/coded.inc"
