#include <algorithm>
#include <stdexcept>
#include <utility>

#include "cch/core/error.hpp"
#include "cch/data/hdf5.hpp"
#include "core/load_module.hpp"
#include "data/hdf5/reader_process.hpp"
#include "data/open.hpp"
#include "data/text.hpp"

namespace cch {

namespace detail {
namespace {

const Hdf5Backend& backend_for(const std::string& where) {
  static const auto module =
      load_module<Hdf5Backend>("libcch_hdf5.so", "cch_hdf5_backend", kHdf5Interface);
  if (module.backend != nullptr) return *module.backend;
  refuse_data("no-hdf5", "HDF5 is not read here: " + module.why_not, where, "libhdf5 reads it",
              "Install libhdf5, or convert the file: python -m cch.convert FILE OUT.safetensors");
}

/// What the process says of an array before its values.
struct Hdf5Head {
  DType dtype = DType::text;
  bool big_endian = false;
  TextStorage text = TextStorage::none;
  std::uint64_t item = 0;
  std::uint64_t offset = kNoOffset;
  std::uint64_t rows = 0;
  std::vector<std::size_t> shape;

  [[nodiscard]] std::vector<std::size_t> shape_read() const {
    std::vector<std::size_t> out = shape;
    if (!out.empty()) out[0] = rows;
    return out;
  }
};

// Throws std::out_of_range for what cannot be.
Hdf5Head parsed_head(const std::string& text) {
  Unpacker in(text);
  Hdf5Head out;
  const auto number_up_to = [&](std::uint64_t most) {
    const std::uint64_t value = in.number();
    if (value > most) throw std::out_of_range("a number");
    return value;
  };
  out.dtype = static_cast<DType>(number_up_to(static_cast<std::uint64_t>(DType::text)));
  out.big_endian = number_up_to(1) == 1;
  out.text =
      static_cast<TextStorage>(number_up_to(static_cast<std::uint64_t>(TextStorage::variable)));
  out.item = in.number();
  out.offset = in.number();
  out.rows = in.number();
  out.shape.resize(number_up_to(kMostExtents));
  for (std::size_t& extent : out.shape) extent = in.number();
  const bool is_text = out.dtype == DType::text;
  if (is_text != (out.text != TextStorage::none) || out.item == 0 ||
      (!is_text && out.item != item_size(out.dtype)) ||
      out.rows > (out.shape.empty() ? 1 : out.shape[0]) || (out.shape.empty() && out.rows != 1)) {
    throw std::out_of_range("a head");
  }
  return out;
}

std::string trimmed_text(std::string_view item, TextStorage how) {
  std::size_t end = item.size();
  if (how == TextStorage::null_terminated) end = std::min(end, item.find('\0'));
  const char padding = how == TextStorage::space_padded ? ' ' : '\0';
  while (end > 0 && item[end - 1] == padding) --end;
  return std::string(item.substr(0, end));
}

/// The values of one array as they come.
class Hdf5Values {
 public:
  Hdf5Values(ReaderProcess& process, const Hdf5Head& head, const std::string& where,
             std::uint64_t max_bytes)
      : process_(process), head_(head), where_(where), max_bytes_(max_bytes) {
    const auto count = element_count(head.shape_read());
    if (!count || __builtin_mul_overflow(*count, head.item, &needed_)) process.refuse_nonsense();
    count_ = *count;
    if (needed_ > max_bytes) refuse_size(needed_);
  }

  Array take() {
    for (FrameHead frame = process_.next(where_); frame.kind != FrameKind::end;
         frame = process_.next(where_)) {
      if (frame.kind == FrameKind::bytes) {
        take_bytes(frame);
      } else if (frame.kind == FrameKind::texts && head_.text == TextStorage::variable) {
        take_texts(process_.text(frame));
      } else {
        process_.refuse_nonsense();
      }
    }
    static_cast<void>(process_.text({FrameKind::end, 0, sizeof(std::uint64_t)}));
    if (head_.text != TextStorage::none) return texts();
    if (bytes_.size() != needed_) process_.refuse_nonsense();
    return Array::numeric({head_.dtype, head_.shape_read(), head_.big_endian, false},
                          own_bytes(std::move(bytes_)), where_);
  }

 private:
  void take_bytes(const FrameHead& frame) {
    const std::size_t at = bytes_.size();
    if (head_.text == TextStorage::variable || frame.size > needed_ - at)
      process_.refuse_nonsense();
    if (at == 0) bytes_.reserve(needed_);
    bytes_.resize(at + frame.size);
    process_.read(std::span(bytes_).subspan(at));
  }
  void take_texts(const std::string& message) {
    total_ += message.size();
    if (total_ > max_bytes_) refuse_size(total_);
    try {
      for (Unpacker in(message); !in.empty();) values_.push_back(in.text());
    } catch (const std::out_of_range&) {
      process_.refuse_nonsense();
    }
    if (values_.size() > count_) process_.refuse_nonsense();
  }
  Array texts() {
    if (head_.text != TextStorage::variable) {
      if (bytes_.size() != needed_) process_.refuse_nonsense();
      const std::string_view all(reinterpret_cast<const char*>(bytes_.data()), bytes_.size());
      for (std::size_t i = 0; i < count_; ++i) {
        values_.push_back(trimmed_text(all.substr(i * head_.item, head_.item), head_.text));
      }
    }
    if (values_.size() != count_) process_.refuse_nonsense();
    for (std::size_t i = 0; i < count_; ++i) {
      if (is_utf8(values_[i])) continue;
      refuse_data("bad-text", "a string is not valid Unicode",
                  where_ + ", element " + std::to_string(i), "names could not be shown or compared",
                  "Save the strings as UTF-8");
    }
    return Array::text(std::move(values_), head_.shape_read());
  }
  [[noreturn]] void refuse_size(std::uint64_t bytes) {
    refuse_data(
        "zip-bomb", "the values expand to " + std::to_string(bytes) + " bytes", where_,
        "it would fill the memory",
        "Read fewer rows, or store the dataset without chunks: it is then read where it lies");
  }

  ReaderProcess& process_;
  const Hdf5Head& head_;
  std::string where_;
  std::uint64_t max_bytes_;
  std::size_t needed_ = 0;
  std::size_t count_ = 0;
  std::size_t total_ = 0;
  std::vector<std::byte> bytes_;
  std::vector<std::string> values_;
};

// Values that lie in one piece.
Array in_place(const Hdf5Head& head, const cch::Bytes& file, const std::string& where) {
  const auto count = element_count(head.shape);
  std::size_t needed = 0;
  if (!count || __builtin_mul_overflow(*count, head.item, &needed) || head.offset > file.size() ||
      needed > file.size() - head.offset) {
    refuse_data("truncated", "the file ends before the values of the dataset do", where,
                "values are missing", "Copy or write the file again");
  }
  return Array::numeric({head.dtype, head.shape, head.big_endian, false},
                        file.part(head.offset, needed), where);
}

std::string with_slash(std::string key) {
  while (key.size() > 1 && key.back() == '/') key.pop_back();
  return key.starts_with('/') ? key : "/" + key;
}

}  // namespace
}  // namespace detail

struct Hdf5File::State {
  Bytes bytes;
  std::string where;
  const detail::Hdf5Backend& backend;
  int patience = 0;
  std::vector<Hdf5Entry> entries = {};
  std::vector<std::string> keys = {};
  bool more = false;
  std::unique_ptr<detail::ReaderProcess> process = {};

  detail::ReaderProcess& asked(detail::Hdf5Request request, const std::string& key,
                               const RowLimit& limit) {
    if (!process)
      process = std::make_unique<detail::ReaderProcess>(backend, bytes, where, patience);
    process->ask(request, key, limit.rows, limit.bytes);
    return *process;
  }
  void list();
  [[noreturn]] void refuse_group(const std::string& key) const;
  Array read(const std::string& key, const RowLimit& limit, std::uint64_t max_bytes);
};

void Hdf5File::State::list() {
  detail::ReaderProcess& reader = asked(detail::Hdf5Request::list, {}, {});
  for (auto frame = reader.next(where);; frame = reader.next(where)) {
    try {
      const std::string text = reader.text(frame);
      detail::Unpacker in(text);
      if (frame.kind == detail::FrameKind::end) {
        more = in.number() != 0;
        return;
      }
      if (frame.kind != detail::FrameKind::entry) reader.refuse_nonsense();
      Hdf5Entry entry{in.text(), 0};
      entry.bytes = in.number();
      if (!detail::is_utf8(entry.path)) {
        refuse_data("bad-text", "the name of a dataset is not valid Unicode", where,
                    "names could not be shown or compared", "Name it in UTF-8");
      }
      keys.push_back(entry.path);
      entries.push_back(std::move(entry));
    } catch (const std::out_of_range&) {
      reader.refuse_nonsense();
    }
  }
}

void Hdf5File::State::refuse_group(const std::string& key) const {
  std::vector<std::string> members;
  const std::string front = key == "/" ? key : key + "/";
  for (const std::string& path : keys) {
    if (path.starts_with(front)) members.push_back(path);
  }
  refuse_usage("hdf5-group", "'" + key + "' is a group of " + where + ", not a dataset",
               members.empty() ? "it has no dataset" : "only one dataset can be meant",
               members.empty()
                   ? "It has: " + detail::join_names(keys)
                   : "Write " + where + ":PATH with one of: " + detail::join_names(members));
}

Array Hdf5File::State::read(const std::string& key, const RowLimit& limit,
                            std::uint64_t max_bytes) {
  const std::string place = where + ":" + key;
  detail::ReaderProcess& reader = asked(detail::Hdf5Request::read, key, limit);
  const auto frame = reader.next(place);
  if (frame.kind != detail::FrameKind::head) reader.refuse_nonsense();
  detail::Hdf5Head head;
  try {
    head = detail::parsed_head(reader.text(frame));
  } catch (const std::out_of_range&) {
    reader.refuse_nonsense();
  }
  if (head.offset == detail::kNoOffset) {
    Array array = detail::Hdf5Values(reader, head, place, max_bytes).take();
    array.set_stored_shape(head.shape);
    return array;
  }
  static_cast<void>(reader.text(reader.next(place)));  // its end
  return detail::in_place(head, bytes, place);
}

bool reads_hdf5() {
  return true;
}

Hdf5File::Hdf5File(const cch::Bytes& bytes, const std::string& where, int patience)
    : state_(new State{bytes, where, detail::backend_for(where), patience}) {
  state_->list();
}

const std::vector<Hdf5Entry>& Hdf5File::entries() const {
  return state_->entries;
}
const std::vector<std::string>& Hdf5File::keys() const {
  return state_->keys;
}
bool Hdf5File::more() const {
  return state_->more;
}

Array Hdf5File::array(const std::string& key, const RowLimit& limit,
                      std::uint64_t max_bytes) const {
  const std::string path = key.empty()
                               ? detail::choose_key(state_->keys, key, state_->where, "dataset")
                               : detail::with_slash(key);
  try {
    return state_->read(path, limit, max_bytes);
  } catch (const Error& error) {
    const std::string& code = error.faults().front().code;
    if (code == "hdf5-group") state_->refuse_group(path);
    if (code == "unknown-key") detail::choose_key(state_->keys, path, state_->where, "dataset");
    // Whatever it was, another dataset is read by a process that knows nothing of it.
    state_->process.reset();
    throw;
  }
}

}  // namespace cch
