#pragma once

#include "tools/documents/schema.hpp"

namespace cch::documents {

// Keys of the structs of parts.hpp.

template <class V>
void describe_value(V& v, const char* key, Of<Value> auto& x) {
  v(key, x.nats);
  v("standard_error", x.standard_error);
  v.interval("interval95", x.low, x.high);
}

template <class V>
void describe(V& v, Of<Value> auto& x) {
  describe_value(v, "nats", x);
}

template <class V>
void describe(V& v, Of<Amount> auto& x) {
  describe_value(v, "value", part<Value>(x));
}

template <class V>
void describe(V& v, Of<Machine> auto& x) {
  v("processor", x.processor, "threads", x.threads, "device", x.device, "instruction_set",
    x.instruction_set);
}

template <class V>
void describe(V& v, Of<InputRecord> auto& x) {
  v("role", x.role, "name", x.name, "source", x.source, "sha256", x.sha256, "shape", x.shape,
    "dtype", x.dtype);
  v.if_there("sha256_of", x.sha256_of);
}

template <class V>
void describe(V& v, Of<FileRecord> auto& x) {
  v("role", x.role, "source", x.source, "sha256", x.sha256);
  v.if_there("sha256_of", x.sha256_of);
}

template <class V>
void describe(V& v, Of<Alignment::Lost> auto& x) {
  v("name", x.name, "rows", x.rows);
}

template <class V>
void describe(V& v, Of<Alignment> auto& x) {
  v("by", x.by, "verified", x.verified, "rows", x.rows, "rows_without_label", x.rows_without_label,
    "labels_set_aside", x.labels_set_aside, "lost", x.lost);
}

}  // namespace cch::documents

namespace cch {

template <class V>
void describe(V& v, documents::Of<Warning> auto& x) {
  v("code", x.code, "message", x.message);
}

}  // namespace cch
