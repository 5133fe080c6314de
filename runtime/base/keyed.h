// SPDX-License-Identifier: Apache-2.0
// A table of things by key, for keys that peers choose: the hash is seeded, so that nobody can make them meet.
#pragma once

#include "runtime/base/runtime.h"

#include <memory>
#include <string.h>
#include <vector>

namespace whittle {

// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF") of `b` under a key of sixteen bytes.
uint64_t siphash(Bytes b, const uint64_t key[2]);

template <class T>
class Keyed {
public:
  explicit Keyed(const Runtime& runtime) : slots_(16) { runtime.random(seed_, sizeof seed_); }

  size_t size() const { return size_; }
  // The memory of keys and table; what T holds besides is not known here.
  size_t held() const { return slots_.size() * sizeof(slots_[0]) + size_ * sizeof(Entry) + key_bytes_; }

  // The thing with that key, made where there is none; `made` says so.
  T& get(Bytes key, bool& made) {
    const uint64_t hash = siphash(key, seed_);
    for (Entry* e = slots_[hash & (slots_.size() - 1)].get(); e; e = e->next.get())
      if (e->is(hash, key)) return made = false, e->value;
    if (size_ >= slots_.size()) grow();
    auto e = std::make_unique<Entry>();
    e->hash = hash, e->size = key.size();
    e->key = std::make_unique<uint8_t[]>(key.size());
    memcpy(e->key.get(), key.data(), key.size());
    auto& slot = slots_[hash & (slots_.size() - 1)];
    e->next = static_cast<std::unique_ptr<Entry>&&>(slot);
    slot = static_cast<std::unique_ptr<Entry>&&>(e);
    ++size_;
    key_bytes_ += key.size();
    made = true;
    return slot->value;
  }

  // The thing with that key; null: there is none.
  T* find(Bytes key) {
    const uint64_t hash = siphash(key, seed_);
    for (Entry* e = slots_[hash & (slots_.size() - 1)].get(); e; e = e->next.get())
      if (e->is(hash, key)) return &e->value;
    return nullptr;
  }
  // Forgets the thing with that key.
  void erase(Bytes key) {
    const uint64_t hash = siphash(key, seed_);
    for (auto* at = &slots_[hash & (slots_.size() - 1)]; *at; at = &(*at)->next)
      if ((*at)->is(hash, key)) {
        --size_;
        key_bytes_ -= (*at)->size;
        *at = static_cast<std::unique_ptr<Entry>&&>((*at)->next);
        return;
      }
  }
  // Forgets what `gone(value)` says.
  template <class F>
  void erase_if(F gone) {
    for (auto& slot : slots_)
      for (auto* at = &slot; *at;) {
        if (!gone((*at)->value)) {
          at = &(*at)->next;
          continue;
        }
        --size_;
        key_bytes_ -= (*at)->size;
        *at = static_cast<std::unique_ptr<Entry>&&>((*at)->next);
      }
  }
  template <class F>
  void each(F f) {
    for (auto& slot : slots_)
      for (Entry* e = slot.get(); e; e = e->next.get()) f(e->value);
  }

private:
  struct Entry {
    std::unique_ptr<Entry> next;
    uint64_t hash;
    size_t size;
    std::unique_ptr<uint8_t[]> key;
    T value{};
    bool is(uint64_t h, Bytes k) const {
      return hash == h && size == k.size() && memcmp(key.get(), k.data(), k.size()) == 0;
    }
  };
  void grow() {
    std::vector<std::unique_ptr<Entry>> wider(slots_.size() * 2);
    for (auto& slot : slots_)
      while (slot) {
        auto e = static_cast<std::unique_ptr<Entry>&&>(slot);
        slot = static_cast<std::unique_ptr<Entry>&&>(e->next);
        auto& to = wider[e->hash & (wider.size() - 1)];
        e->next = static_cast<std::unique_ptr<Entry>&&>(to);
        to = static_cast<std::unique_ptr<Entry>&&>(e);
      }
    slots_ = static_cast<std::vector<std::unique_ptr<Entry>>&&>(wider);
  }

  uint64_t seed_[2];
  std::vector<std::unique_ptr<Entry>> slots_;
  size_t size_ = 0, key_bytes_ = 0;
};

}  // namespace whittle
