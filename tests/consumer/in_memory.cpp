// Uses the installed library without a file: arrays in memory are ranked, and the result becomes
// the document and the page, as strings.

#include <algorithm>
#include <cch/core/error.hpp>
#include <cch/core/random.hpp>
#include <cch/criterion/ranking.hpp>
#include <cch/data/sha256.hpp>
#include <cch/documents/from_result.hpp>
#include <cch/documents/rank.hpp>
#include <cch/estimators/ksg1.hpp>
#include <cch/report/estimate.hpp>
#include <cch/report/rank.hpp>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <vector>

namespace {

constexpr std::size_t kRows = 400;

void require(bool right, const std::string& what) {
  if (right) return;
  std::cerr << "in_memory: " << what << '\n';
  std::exit(1);
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

cch::Matrix column(cch::Random& random) {
  cch::Matrix out(kRows, 1);
  for (std::size_t i = 0; i < kRows; ++i) out(i, 0) = random.normal();
  return out;
}

// Labels are the sign of the student with noise; the near teacher is the student with a little
// noise, the far one is noise alone.
struct World {
  cch::Matrix values;
  cch::RankInput input;
};

World made_up() {
  cch::Random random(7);
  const cch::Matrix values = column(random);
  cch::Matrix near = values;
  std::vector<int> codes(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    near(i, 0) += 0.1 * random.normal();
    codes[i] = values(i, 0) + random.normal() > 0.0 ? 1 : 0;
  }
  const auto samples = [](cch::Matrix m) { return cch::Samples::from(std::move(m)); };
  return {values,
          {{"student", samples(values)},
           {{"far", samples(column(random))}, {"near", samples(std::move(near))}},
           cch::ClassLabels::from(codes, {"no", "yes"}),
           cch::Groups::singletons(kRows)}};
}

cch::documents::RankDocument ranked(const World& world) {
  cch::RankOptions options;
  options.decide_by = cch::DecideBy::cch;  // what is known here is about informations
  options.planted_bias = false;
  options.sensitivity = false;
  cch::Execution exec;
  exec.seed = 3;
  const cch::RankResult result = cch::rank_teachers(world.input, options, exec);
  return cch::documents::rank_document(world.input, options, result, exec);
}

// Inputs are named by their roles, with the hash of their values and no path.
void check_inputs(const World& world, const cch::documents::RankDocument& document) {
  const std::vector<std::string> roles{"student", "teacher", "teacher", "labels"};
  require(document.inputs.size() == roles.size(), "the document does not have four arrays");
  for (std::size_t i = 0; i < roles.size(); ++i) {
    require(document.inputs[i].role == roles[i], "array " + std::to_string(i) + " has no role");
    require(document.inputs[i].source.empty(), "an array in memory has a path");
    require(document.inputs[i].sha256.size() == 64, "an array has no hash");
  }
  const auto bytes = std::as_bytes(std::span(world.values.data(), kRows));
  require(document.inputs[0].sha256 == cch::sha256(bytes), "the hash is not that of the values");
  require(document.inputs[0].shape == std::vector<std::size_t>{kRows, 1}, "the shape is wrong");
  require(document.command.empty(), "there was no command line");
  require(document.alignment.rows == kRows && !document.alignment.verified, "rows are miscounted");
}

void check_text(const cch::documents::RankDocument& document) {
  const std::string text = cch::documents::to_text(document, 2);
  require(holds(text, "\"schema\": \"cch.rank/2\""), "the text has no schema");
  const cch::documents::RankDocument read = cch::documents::parse_rank(text);
  require(cch::documents::to_text(read, 2) == text, "the text does not read back");
  require(read.teachers.front().name == "near", "the teacher without information is first");
  require(read.seed == 3, "the seed is not that of the execution");
  require(read.config.contains("decide-by"), "the settings are not those of the options");
  try {
    cch::documents::parse_rank(text.substr(0, text.size() / 2));
    require(false, "half a document is read");
  } catch (const cch::Error& error) {
    require(error.faults().front().code == "result-damaged", "half a document is another fault");
  }
}

void check_report(const cch::documents::RankDocument& document) {
  const auto stored = cch::documents::as_stored(document);
  const std::string page = cch::report::render_rank_html(stored);
  require(page.starts_with("<!DOCTYPE html>"), "the page is no HTML");
  require(holds(page, "near") && holds(page, "far"), "the page does not name the teachers");
  require(holds(page, "its values, row after row"), "the page does not say what was hashed");
  require(!holds(page, "<script"), "the page has a script");
  const std::string table = cch::report::render_rank_table(stored, {.colour = false, .width = 100});
  require(holds(table, "near"), "the table does not name the teacher");
  const std::string csv = cch::report::render_rank_csv(stored);
  require(std::count(csv.begin(), csv.end(), '\n') == 3, "the CSV has not a line a teacher");
}

void check_estimate(const World& world) {
  const auto& x = world.input.student.features;
  const auto& y = world.input.teachers[1].features;
  const cch::Execution exec;
  const cch::Estimate found = cch::ksg1(x, y, world.input.groups, {}, exec);
  cch::documents::Provenance from;
  from.inputs = {cch::documents::record_of("x", "student", x),
                 cch::documents::record_of("y", "near", y)};
  const auto document =
      cch::documents::estimate_document(found, "as asked for", cch::Scale::none, exec, from);
  require(document.value.nats == found.nats, "the document has another estimate");
  require(holds(cch::documents::to_text(document), "\"schema\":\"cch.estimate/1\""),
          "the estimate has no schema");
  require(holds(cch::report::render_estimate_table(document, {}), "I(X;Y) = "),
          "the estimate is not shown");
}

}  // namespace

int main() {
  const World world = made_up();
  const cch::documents::RankDocument document = ranked(world);
  check_inputs(world, document);
  check_text(document);
  check_report(document);
  check_estimate(world);
  std::cout << "in_memory: a ranking of arrays as document and page\n";
}
