#pragma once

#include <string>

namespace cch::report {

/// The style sheet for the inside of another page: every rule holds below elements of the class
/// `cch-report` alone and wins over the page's own rules for plain elements. Light and dark follow
/// the reader's setting, and a notebook's theme where it says one (JupyterLab's
/// data-jp-theme-light, VS Code's classes of the body). Rules for print and for screens of another
/// width are left out, since the page around decides on both.
std::string scoped_style_sheet();

}  // namespace cch::report
