// Where libpng writes what nobody handles, in modules that hold it (CchStatic.cmake).

#include <cstdio>

extern "C" {
extern std::FILE* cch_png_stderr;
std::FILE* cch_png_stderr = stderr;
}
