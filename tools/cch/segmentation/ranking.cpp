#include "tools/cch/segmentation/ranking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <filesystem>

#include "cch/report/image_ranking.hpp"
#include "tools/cch/exit_code.hpp"
#include "tools/cch/rank/folder.hpp"
#include "tools/cch/rank/images.hpp"
#include "tools/cch/result_folder.hpp"
#include "tools/documents/json.hpp"

namespace cch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRecord = "rank.json";

/// A name as a folder of its own.
std::string folder_name(std::size_t number, const std::string& name) {
  std::string out = std::to_string(number + 1) + "-";
  for (const char c : name) {
    out += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ? c : '-';
  }
  return out;
}

std::string folder_of(const ImageRanking& r, EncoderAge age, const ImageQuestion& q) {
  std::string out = fmt::format("rankings/{}/{}", to_string(age),
                                folder_name(q.student, r.modalities[q.student]));
  if (q.condition) out += "/" + folder_name(*q.condition, r.set->conditions[*q.condition]);
  return out;
}

/// The rankings of one age, those that are stored and those to be made.
class AgeRun {
 public:
  AgeRun(const ImageRanking& r, EncoderAge age, const RunStore& store, Terminal& terminal)
      : ranking_(r), age_(age), store_(store), terminal_(terminal) {}

  [[nodiscard]] std::vector<ImageQuestion> questions() const {
    return questions_at(ranking_, age_ == ranking_.own.ages.back());
  }

  [[nodiscard]] AgedNetworks networks(const Execution& exec) const {
    return networks_at(ranking_, age_, store_, terminal_, exec);
  }

  std::vector<AnsweredQuestion> answer(const AgedNetworks& networks,
                                       const std::string& command_line, const Execution& exec) {
    std::vector<AnsweredQuestion> out;
    for (const ImageQuestion& q : questions()) {
      const std::string key = question_key(ranking_, networks, q);
      AnsweredQuestion& answer = out.emplace_back();
      answer.age = age_;
      answer.question = q;
      answer.folder = folder_of(ranking_, age_, q);
      answer.document = stored(key);
      if (answer.document) continue;
      say(q);
      make(networks, q, key, command_line, exec, answer);
    }
    return out;
  }

 private:
  [[nodiscard]] std::optional<documents::RankDocument> stored(const std::string& key) const {
    std::vector<Warning> damage;  // such a ranking is made again
    const auto text = store_.find(key, kRecord, damage);
    if (!text) return std::nullopt;
    try {
      return documents::parse_rank(*text);
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  void make(const AgedNetworks& networks, const ImageQuestion& q, const std::string& key,
            const std::string& command_line, const Execution& exec, AnsweredQuestion& answer) {
    if (!features_) features_.emplace(ranking_, networks, exec);
    try {
      answer.document = features_->rank(q, command_line, exec);
    } catch (const Error& error) {
      // Of a condition there may be too few images; without any ranking there is no result.
      if (error.kind() != ErrorKind::data || !q.condition) throw;
      answer.refused = error.faults().front().problem;
      return;
    }
    store_.put(key, kRecord, documents::to_text(*answer.document));
  }

  void say(const ImageQuestion& q) const {
    if (ranking_.settings.common.quiet) return;
    terminal_.err << fmt::format("ranking teachers of {} ({}{})\n", ranking_.modalities[q.student],
                                 to_string(age_),
                                 q.condition ? ", " + ranking_.set->conditions[*q.condition] : "")
                  << std::flush;
  }

  const ImageRanking& ranking_;
  EncoderAge age_;
  const RunStore& store_;
  Terminal& terminal_;
  std::optional<ImageFeatures> features_;
};

/// What would be done.
int print_image_plan(const ImageRanking& r, const RunStore& store, const std::string& device,
                     std::ostream& out) {
  const auto ranked = r.set->rows(Split::test).size();
  out << fmt::format(
      "{} modalities, {} classes; {} images to learn from, {} held out to rank on; test images are "
      "not looked at\n",
      r.modalities.size(), r.set->classes.size(), r.set->rows(Split::train).size(), ranked);
  for (const EncoderAge age : r.own.ages) {
    const StoredRuns networks = look_at_networks(r, age, store, device);
    const bool last = age == r.own.ages.back();
    out << fmt::format("{}: {} networks to train, {} of them cached; {} rankings\n", to_string(age),
                       networks.all, networks.stored, questions_at(r, last).size());
  }
  out << "Nothing was run.\n";
  return kExitDone;
}

bool matches(const documents::ImageRankDocument& document, Verdict verdict) {
  return std::any_of(document.pairs.begin(), document.pairs.end(), [&](const auto& pair) {
    return pair.age == document.decides() && pair.place == 1 && !pair.condition &&
           !pair.class_name && pair.verdict == to_string(verdict);
  });
}

int run(RankSettings s, ImageRankSettings own, const std::vector<std::string>& given,
        FaultCollector refused, Invocation& invocation) {
  const auto begin = std::chrono::steady_clock::now();
  Terminal& terminal = invocation.terminal;
  settle_image_rank(s, own, given, std::move(refused));
  const auto progress = make_progress(terminal, s.common.quiet);
  const Execution exec = make_execution(s.common, invocation.stop, progress.get(), !s.dry_run);
  const ImageRanking ranking = read_image_ranking(s, own, given, invocation, exec);
  const RunStore store(s.out);
  for (const ImageQuestion& q : questions_at(ranking, true)) {
    check_rank_settings(question_settings(ranking, q));
  }
  if (s.dry_run) return print_image_plan(ranking, store, exec.device, terminal.out);
  const ResultFolder folder{s.out, s.html};
  folder.prepare({"image-rank.json", "ranking.csv"}, s.force);
  store.make();
  const Claim claim = claim_study(s.out, "");
  if (!s.common.quiet) {
    for (const Warning& w : ranking.set->warnings) terminal.err << "warning: " << w.message << '\n';
  }
  std::vector<AgedNetworks> ages;
  std::vector<AnsweredQuestion> answers;
  for (const EncoderAge age : ranking.own.ages) {
    AgeRun of_age(ranking, age, store, terminal);
    ages.push_back(of_age.networks(exec));
    const auto more = of_age.answer(ages.back(), invocation.command_line, exec);
    answers.insert(answers.end(), more.begin(), more.end());
    ages.back().networks.clear();
  }
  for (const AnsweredQuestion& answer : answers) {
    if (!answer.document) continue;
    (void)RankFolder((fs::path(s.out) / answer.folder).string(), "", true)
        .write(*answer.document, RankFolder::With::document);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const documents::ImageRankDocument document =
      image_rank_document(ranking, ages, answers, invocation.command_line, seconds.count(), exec);
  const auto written = write_image_rank(document, s.out, s.html, true);
  terminal.out << (s.common.json
                       ? documents::to_text(document, 1) + "\n"
                       : report::render_image_rank_table(
                             document, {terminal.colour, terminal.width, s.common.quiet}));
  print_written(written, terminal.err);
  return s.fail_on && matches(document, *s.fail_on) ? kExitFailOn : kExitDone;
}

}  // namespace

Command setup_rank_images(CommandLine app) {
  const auto own = std::make_shared<ImageRankSettings>();
  const auto images = std::make_shared<RankFromImages>();
  images->table = image_rank_table(*own);
  images->takes = [](const RankSettings& s) {
    TrainSettings study;
    study.path = s.study;
    return is_segmentation_study(study);
  };
  images->run = [own](RankSettings s, const std::vector<std::string>& given, FaultCollector refused,
                      Invocation& invocation) {
    return run(std::move(s), *own, given, std::move(refused), invocation);
  };
  return rank_command(app, images);
}

}  // namespace cch
