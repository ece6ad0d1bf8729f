#include "tools/options/study_file.hpp"

#include <algorithm>

#include "cch/core/nearest_name.hpp"

namespace cch::options {
namespace {

// Sets the variable of one option from the value of a file.
class Setter {
 public:
  Setter(const FileValue& value, const Option& option, const FilePlace& place,
         FaultCollector* faults)
      : reader_(place.file),
        value_(value),
        key_(option.key()),
        rules_(option.rules),
        folder_(std::filesystem::path(place.path).parent_path()),
        faults_(faults) {}

  void operator()(bool* to) const { *to = reader_.flag(value_, key_); }
  void operator()(std::optional<bool>* to) const { *to = reader_.flag(value_, key_); }
  void operator()(std::size_t* to) const { *to = reader_.count(value_, key_); }
  void operator()(unsigned* to) const { *to = static_cast<unsigned>(reader_.count(value_, key_)); }
  void operator()(std::optional<std::size_t>* to) const { *to = reader_.count(value_, key_); }
  void operator()(double* to) const { *to = reader_.number(value_, key_); }
  void operator()(std::optional<double>* to) const { *to = reader_.number(value_, key_); }
  void operator()(std::string* to) const { *to = placed(reader_.text(value_, key_)); }
  void operator()(std::optional<std::string>* to) const {
    *to = reader_.number_or_text(value_, key_);
  }
  void operator()(std::vector<std::string>* to) const {
    *to = reader_.texts(value_, key_);
    for (std::string& text : *to) text = placed(text);
  }
  void operator()(std::vector<std::size_t>* to) const { *to = reader_.counts(value_, key_); }
  void operator()(std::vector<double>* to) const { *to = reader_.numbers(value_, key_); }
  void operator()(const Words& words) const {
    const std::string text =
        words.number ? reader_.number_or_text(value_, key_) : reader_.text(value_, key_);
    parse([&] { words.set(text); });
  }
  void operator()(const WordList& list) const {
    const auto texts = reader_.texts(value_, key_);
    list.clear();
    for (const std::string& text : texts) {
      parse([&] { list.add(text); });
    }
  }
  void operator()(const FromFile& file) const { file.read(value_, key_); }

 private:
  [[nodiscard]] std::string placed(const std::string& text) const {
    return rules_.placed ? rules_.placed(text, folder_) : text;
  }

  template <class Step>
  void parse(const Step& step) const {
    if (faults_ == nullptr) return step();
    faults_->attempt(step);
  }

  FileReader reader_;
  const FileValue& value_;
  std::string key_;
  const Rules& rules_;
  std::filesystem::path folder_;
  FaultCollector* faults_;
};

[[noreturn]] void refuse_key(const FileEntry& entry, const Table& options,
                             const std::vector<std::string>& also, const FilePlace& place) {
  std::vector<std::string> names = also;
  for (const Option& option : options) {
    if (option.rules.in_file) names.push_back(option.key());
  }
  std::sort(names.begin(), names.end());
  throw Error(ErrorKind::usage,
              Fault{"unknown-key", "the " + place.what + " has an unknown key '" + entry.key + "'",
                    place.path + ", line " + std::to_string(entry.value.line),
                    "a misspelt key would change nothing without a sign",
                    "Did you mean '" + nearest_name(entry.key, names) + "'?"});
}

}  // namespace

void read_table(const FileTable& file, const Table& options, const FilePlace& place,
                const std::vector<std::string>& given, const std::vector<std::string>& also,
                FaultCollector* faults) {
  const auto is_in = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const FileEntry& entry : file) {
    const auto option = std::find_if(options.begin(), options.end(), [&](const Option& o) {
      return o.rules.in_file && o.key() == entry.key;
    });
    if (option == options.end()) {
      if (is_in(also, entry.key)) continue;
      refuse_key(entry, options, also, place);
    }
    if (is_in(given, entry.key)) continue;
    std::visit(Setter(entry.value, *option, place, faults), option->target);
  }
}

}  // namespace cch::options
