#include "cch/data/split.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>

namespace cch {
namespace {

constexpr std::array<std::string_view, 3> kPurpose{"training", "validation", "test"};

/// Letters alone, in lower case: "Held-Out" and "held_out" are one word.
std::string letters_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) != 0) out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

std::optional<SplitPart> part_called(std::string_view name) {
  constexpr std::array<std::string_view, 5> kTrain{"train", "training", "trn", "fit", "learn"};
  constexpr std::array<std::string_view, 6> kValidation{"val",        "valid", "validation",
                                                        "validating", "dev",   "development"};
  constexpr std::array<std::string_view, 8> kTest{"test",    "testing", "tst",  "heldout",
                                                  "holdout", "held",    "eval", "evaluation"};
  const std::string word = letters_of(name);
  const auto is_in = [&](const auto& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (is_in(kTrain)) return SplitPart::train;
  if (is_in(kValidation)) return SplitPart::validation;
  if (is_in(kTest)) return SplitPart::test;
  return std::nullopt;
}

[[noreturn]] void refuse_value(const std::string& value, const SourceSpec& source) {
  refuse_data("bad-split", "'" + value + "' does not say what a row is for", source.text,
              "training rows must be known",
              "Write train, val and test, or 0 (train), 1 (validation) and 2 (test)");
}

/// true and false, by what their file or key is called, or else by which of them most rows have.
std::vector<SplitPart> parts_of_flags(const std::vector<std::string>& names,
                                      const std::vector<std::size_t>& counts,
                                      const SourceSpec& source) {
  const std::string called = letters_of(
      source.key.empty() ? source.path.substr(source.path.find_last_of('/') + 1) : source.key);
  const auto has = [&](std::string_view word) { return called.find(word) != std::string::npos; };
  const bool train = has("train") || has("fit");
  const bool held = has("test") || has("held") || has("hold") || has("val");
  const bool by_name = train != held;
  if (!by_name && names.size() == 2 && counts[0] == counts[1]) refuse_value(names.back(), source);
  const std::size_t most = names.size() == 2 && counts[1] > counts[0] ? 1 : 0;
  std::vector<SplitPart> out;
  for (std::size_t c = 0; c < names.size(); ++c) {
    const bool yes = letters_of(names[c]) == "true" || names[c] == "1";
    out.push_back((by_name ? yes == train : c == most) ? SplitPart::train : SplitPart::test);
  }
  return out;
}

/// 0, 1 and 2; 1 is held out where there is no 2.
std::optional<std::vector<SplitPart>> parts_of_codes(const std::vector<std::string>& names) {
  const bool with_test = names.back() == "2";
  std::vector<SplitPart> out;
  for (const std::string& name : names) {
    if (name != "0" && name != "1" && name != "2") return std::nullopt;
    const bool last = name == "2" || (name == "1" && !with_test);
    out.push_back(name == "0" ? SplitPart::train
                              : (last ? SplitPart::test : SplitPart::validation));
  }
  return out;
}

std::vector<SplitPart> parts_of(const ClassLabels& values, bool flags, const std::string& training,
                                const SourceSpec& source) {
  const std::vector<std::string>& names = values.names();
  std::vector<SplitPart> out;
  if (!training.empty()) {
    if (std::find(names.begin(), names.end(), training) == names.end()) {
      refuse_usage("unknown-split-value", "no row of the split is '" + training + "'",
                   "training rows must be known", "Its values begin with '" + names.front() + "'");
    }
    for (const std::string& name : names) {
      out.push_back(name == training ? SplitPart::train : SplitPart::test);
    }
    return out;
  }
  if (flags) return parts_of_flags(names, values.counts(), source);
  if (const auto codes = parts_of_codes(names)) return *codes;
  for (const std::string& name : names) {
    const auto part = part_called(name);
    if (!part) refuse_value(name, source);
    out.push_back(*part);
  }
  return out;
}

LoadedLabels values_of(const SourceSpec& source, const LoadOptions& options) {
  try {
    return load_labels(source, LabelKind::discrete, options);
  } catch (const Error& error) {
    const Fault& fault = error.faults().front();
    if (fault.code != "non-finite-label") throw;
    refuse_data(fault.code, "the split contains NaN or infinite values", fault.where,
                "every row was either fitted on or held out", "Give every row one of its values");
  }
}

}  // namespace

std::vector<std::size_t> LoadedSplit::rows(SplitPart part) const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == part) out.push_back(i);
  }
  return out;
}

LoadedSplit load_split(const SourceSpec& source, const std::string& training,
                       const LoadOptions& options) {
  const LoadedLabels loaded = values_of(source, options);
  const auto& values = std::get<ClassLabels>(loaded.labels);
  const std::vector<std::string>& names = values.names();
  const bool words = std::all_of(names.begin(), names.end(), [](const std::string& name) {
    const std::string word = letters_of(name);
    return word == "true" || word == "false";
  });
  const bool flags = words || loaded.info.dtype == "bool";
  const std::vector<SplitPart> of_value = parts_of(values, flags, training, source);
  LoadedSplit out;
  out.info = loaded.info;
  for (const int code : values.codes()) {
    out.parts.push_back(of_value[static_cast<std::size_t>(code)]);
  }
  for (std::size_t c = 0; c < names.size(); ++c) {
    out.reason += (out.reason.empty() ? "'" : ", '") + names[c] +
                  (c == 0 ? "' is for " : "' for ") +
                  std::string(kPurpose[static_cast<std::size_t>(of_value[c])]);
  }
  out.usual = training.empty() && !flags && names.back() != "1";
  const auto train = out.rows(SplitPart::train).size();
  if (train == 0 || train == out.parts.size()) {
    refuse_data("split-without-sides",
                train == 0 ? "the split has no training rows" : "the split holds no row out",
                source.text + ": " + out.reason, "there is nothing to compare",
                "Give a split with both, or --split-train VALUE");
  }
  return out;
}

}  // namespace cch
