// The parts that every room of the report is made of: digits, escaping, text layout, axes, forests.

#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "cch/report/segmentation.hpp"
#include "support/test.hpp"
#include "tests/tools/text.hpp"
#include "tools/report/kit/escape.hpp"
#include "tools/report/kit/number.hpp"
#include "tools/report/kit/svg.hpp"
#include "tools/report/kit/svg_forest.hpp"
#include "tools/report/kit/text_layout.hpp"
#include "tools/report/kit/utf8.hpp"

namespace cch::report {
namespace {

using test::holds;

/// x positions by value of everything in an SVG that carries data-value.
std::vector<std::pair<double, double>> positions(const std::string& svg, const std::string& tag,
                                                 const std::string& x_name) {
  const std::regex pattern("<" + tag + " class=\"[^\"]*\" " + x_name +
                           "=\"([-0-9.]+)\"[^>]*data-value=\"([-+.e0-9]+)\"");
  std::vector<std::pair<double, double>> found;
  for (std::sregex_iterator it(svg.begin(), svg.end(), pattern), last; it != last; ++it) {
    found.emplace_back(std::stod((*it)[2]), std::stod((*it)[1]));
  }
  return found;
}

Forest small_forest() {
  return {"f",
          "title",
          "description",
          "nats",
          {{"a", {{{0.5, 0.1, 0.3, 0.7}, "distil"}}, ""},
           {"b", {{{-0.21, 0.1, -0.4, 0.0}, "distil"}}, ""}},
          {{0.6, "H(Y)"}, {7.6, "ln N"}}};
}

documents::SegmentedSetup segmented(const std::string& name, double gain, double half) {
  documents::SegmentedSetup out;
  out.name = name;
  out.baseline = "alone";
  out.gains[0] =
      documents::MeanOverSeeds{gain, half / 2.0, Interval{gain - half, gain + half}, 5, {}};
  return out;
}

TEST_CASE("a segmentation study: its first sentence says gains, losses and what is neither") {
  documents::SegmentationDocument d;
  const auto says = [&](const std::string& words) {
    CAPTURE(words);
    CHECK(holds(segmentation_conclusion(d), words));
    CHECK(holds(render_segmentation_html(d, ""), words));
  };
  CHECK(holds(segmentation_conclusion(d), "No set-up has a finished baseline"));
  d.results = {segmented("a", -0.06, 0.03)};
  says(" loses against ");
  says("so that it is shown to lose");
  d.results.push_back(segmented("b", -0.01, 0.03));
  says(" loses least against ");
  says("which is not distinguished from zero");
  d.results.push_back(segmented("c", 0.02, 0.03));
  says(" gains most over ");
  says("which is not distinguished from zero");
  d.results.push_back(segmented("d", 0.04, 0.03));
  says("beyond its 95 % interval");
}

}  // namespace

TEST_CASE("numbers: the standard error chooses the digits") {
  CHECK(with_error(0.43217, 0.0213) == "0.432 ± 0.021");
  CHECK(with_error(0.43217, 0.213) == "0.43 ± 0.21");
  CHECK(with_error(-123.4, 12.0) == "−123 ± 12");
  CHECK(with_error(0.43217, std::nullopt) == "0.432");
  CHECK(with_error(std::nullopt, 0.1) == "–");
  CHECK(with_error(1.0, 0.0) == "1.000 ± 0.000");
  CHECK(fixed(-0.0004, 3) == "0.000");
  CHECK(fixed(-std::numeric_limits<double>::infinity(), 2) == "−∞");
  CHECK(fixed(std::nan(""), 2) == "not a number");
  CHECK(interval(-0.5, 1.25, 2) == "[−0.50, 1.25]");
  CHECK(interval(std::nullopt, 1.0, 2) == "–");
}

TEST_CASE("numbers: p values, counts, durations") {
  CHECK(p_value(0.0004) == "< .001");
  CHECK(p_value(0.034) == ".034");
  CHECK(p_value(1.0) == "> .999");
  CHECK(p_value(0.9994) == "> .999");
  CHECK(p_value(0.9989) == ".999");
  CHECK(count(1234567) == "1,234,567");
  CHECK(count(-1000) == "−1,000");
  CHECK(count(999) == "999");
  CHECK(general(0.00123456) == "0.001235");
  CHECK(general(20000.0) == "20,000");
  CHECK(duration(0.31) == "0.31 s");
  CHECK(duration(59.7) == "1 min 0 s");
  CHECK(duration(7512) == "2 h 5 min");
}

TEST_CASE("escaping") {
  CHECK(escape_html("<a href=\"x\">'&'</a>") ==
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  CHECK(escape_html("\xFF\x01") == "\uFFFD\\x01");
  CHECK(csv_field("a,\"b\"") == "\"a,\"\"b\"\"\"");
  CHECK(csv_field("plain") == "plain");
  CHECK(csv_field("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0");
  CHECK(csv_field("@x") == "'@x");
  CHECK(csv_field("-1.5e-3") == "-1.5e-3");
  CHECK(csv_field("-a") == "'-a");
  CHECK(csv_field("a\x1b[31m\r\nb") == "a\\x1b[31m\\x0d\\x0ab");
  // RFC 4648, section 10.
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("text: width, cutting, wrapping") {
  CHECK(display_width("naïve − ∞") == 9);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(fit("abcdef", 4) == "abc…");
  CHECK(fit("日本語", 4) == "日…");
  CHECK(fit_middle("abcdefghij", 6) == "ab…hij");
  CHECK(fit_middle("short", 6) == "short");
  CHECK(display_width(fit_middle("日本語の教師モデル", 7)) <= 7);
  CHECK(fit("a\x1b[31mb\u202E", 40) == "a\\x1b[31mb\\u202e");
  // Overlong '/', a surrogate and a cut sequence are not UTF-8.
  CHECK(printable("\xC0\xAF") == "\uFFFD\uFFFD");
  CHECK(printable("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(printable("\xE2\x82") == "\uFFFD\uFFFD");
  CHECK(wrap("alpha beta gamma", 13, "- ", "  ") == "- alpha beta\n  gamma\n");
  CHECK(wrap("alpha  beta gamma", 12, "- ", "  ") == "- alpha beta\n  gamma\n");
  CHECK(wrap("alphas beta gamma", 12, "- ", "  ") == "- alphas\n  beta gamma\n");
}

TEST_CASE("an axis holds zero and its ends are ticks") {
  const Axis axis = axis_around({0.23, 1.71}, 100, 500, 7);
  CHECK(axis.low == 0.0);
  CHECK(axis.high >= 1.71);
  CHECK(axis.at(axis.low) == 100);
  CHECK(axis.at(axis.high) == 500);
  const std::vector<double> ticks = ticks_of(axis_around({-0.31, 0.52}, 0, 1, 7), 7);
  REQUIRE(ticks.size() >= 3);
  CHECK(test::near(ticks.front(), -0.4, test::kRounding));
  CHECK(test::near(ticks.back(), 0.6, test::kRounding));
  CHECK(tick_decimals(ticks) == 1);
  const Axis nothing = axis_around({}, 0, 1, 5);
  CHECK(nothing.high > nothing.low);
}

TEST_CASE("forest: ticks and marks lie on one linear scale") {
  constexpr double two_decimals = 0.011;  // coordinates are written with two decimals
  for (const bool narrow : {false, true}) {
    const std::string svg = render_forest(small_forest(), {narrow ? 360.0 : 720.0, narrow});
    const auto ticks = positions(svg, "text", "x");
    const auto marks = positions(svg, "circle", "cx");
    REQUIRE(ticks.size() >= 3);
    REQUIRE(marks.size() == 2);
    const double scale =
        (ticks.back().second - ticks.front().second) / (ticks.back().first - ticks.front().first);
    CHECK(scale > 0);
    std::vector<std::pair<double, double>> all = ticks;
    all.insert(all.end(), marks.begin(), marks.end());
    for (const auto& [value, x] : all) {
      CHECK(std::abs(x - (ticks.front().second + (value - ticks.front().first) * scale)) <
            two_decimals);
    }
  }
}

TEST_CASE("forest: reference lines only inside the axis, missing values said") {
  Forest forest = small_forest();
  std::string svg = render_forest(forest, {});
  CHECK(holds(svg, ">H(Y)</text>"));
  CHECK_FALSE(holds(svg, ">ln N</text>"));
  CHECK_FALSE(holds(svg, "no value"));
  forest.rows[0].marks[0].value = {};
  svg = render_forest(forest, {});
  CHECK(holds(svg, "no value"));
}

}  // namespace cch::report
