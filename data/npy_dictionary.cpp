#include "data/npy_dictionary.hpp"

#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "cch/core/error.hpp"
#include "data/text.hpp"

namespace cch::detail {

void refuse_npy_header(const std::string& where, const std::string& problem) {
  refuse_data("bad-header", "the .npy header is malformed: " + problem, where,
              "type and shape of the values are unknown", "Write the file again with numpy.save");
}

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 40)) out += (c >= ' ' && c <= '~') ? c : '?';
  return out;
}

namespace {

// Reads the Python dictionary of a header: exactly 'descr', 'fortran_order' and 'shape'.
class DictionaryParser {
 public:
  DictionaryParser(std::string_view text, const std::string& where) : rest_(text), where_(where) {}

  std::string descr;
  std::optional<bool> fortran;
  std::optional<std::vector<std::size_t>> shape;

  void parse() {
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      read_value(key);
      if (accept(',')) continue;
      expect('}');
      break;
    }
    skip_space();
    if (!rest_.empty()) fail("text after the dictionary");
    if (descr.empty() || !fortran || !shape) fail("descr, fortran_order or shape is missing");
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const { refuse_npy_header(where_, problem); }

  void skip_space() {
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_[0])) != 0) {
      rest_.remove_prefix(1);
    }
  }
  bool accept(char c) {
    skip_space();
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(std::string("'") + c + "' expected");
  }
  bool accept_word(std::string_view word) {
    skip_space();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string quoted() {
    skip_space();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) fail("a quoted name expected");
    const std::size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) fail("a quote is not closed");
    std::string out(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return out;
  }

  // [('name', '<i4'), …]: names stand behind '('.
  [[noreturn]] void refuse_records() const {
    std::vector<std::string> names;
    std::string_view text = rest_;
    for (std::size_t at = text.find('('); at != std::string_view::npos; at = text.find('(')) {
      text.remove_prefix(at + 1);
      if (text.empty() || (text[0] != '\'' && text[0] != '"')) continue;
      const std::size_t end = text.find(text[0], 1);
      if (end == std::string_view::npos) break;
      names.push_back(printable(text.substr(1, end - 1)));
      text.remove_prefix(end + 1);
    }
    const std::string field = names.empty() ? "FIELD" : names.front();
    refuse_data("unsupported-dtype",
                "the array has structured records" +
                    (names.empty() ? "" : " of the fields " + join_names(names)),
                where_, "only plain numbers and strings are read",
                "Save each field as its own array, e.g. numpy.save(\"" + field + ".npy\", a[\"" +
                    field + "\"])");
  }

  void read_value(const std::string& key) {
    if (key == "descr" && descr.empty()) {
      if (accept('[')) {
        refuse_records();
      }
      descr = quoted();
      if (descr.empty()) fail("descr is empty");
    } else if (key == "fortran_order" && !fortran) {
      if (accept_word("True")) {
        fortran = true;
      } else if (accept_word("False")) {
        fortran = false;
      } else {
        fail("fortran_order is neither True nor False");
      }
    } else if (key == "shape" && !shape) {
      shape = tuple();
    } else {
      fail("unexpected or repeated key");
    }
  }

  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> extents;
    expect('(');
    while (!accept(')')) {
      extents.push_back(extent());
      if (accept(',')) continue;
      expect(')');
      break;
    }
    if (extents.size() > 64) fail("more than 64 dimensions");
    return extents;
  }

  std::size_t extent() {
    skip_space();
    std::size_t value = 0;
    const auto result = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (result.ec == std::errc::result_out_of_range) {
      refuse_data("shape-overflow", "the shape in the header is too large for any file", where_,
                  "the header is wrong", "Write the file again");
    }
    if (result.ec != std::errc{}) fail("shape holds something that is not a number");
    rest_.remove_prefix(static_cast<std::size_t>(result.ptr - rest_.data()));
    if (!rest_.empty() && rest_[0] == 'L') rest_.remove_prefix(1);  // written by Python 2
    return value;
  }

  std::string_view rest_;
  const std::string& where_;
};

}  // namespace

NpyDictionary parse_npy_dictionary(std::string_view text, const std::string& where) {
  DictionaryParser parser(text, where);
  parser.parse();
  return {std::move(parser.descr), *parser.fortran, std::move(*parser.shape)};
}

}  // namespace cch::detail
