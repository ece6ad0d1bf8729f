#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <string>

#include "cch/experiments/store.hpp"

namespace cch::bench {

/// A file of finished work from which a run goes on; damaged lines are told on stderr.
inline LineStore open_records(const std::string& path) {
  LineStore out(path);
  for (const Warning& w : out.damage()) fmt::print(stderr, "warning: {}\n", w.message);
  return out;
}

}  // namespace cch::bench
