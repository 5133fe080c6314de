// SPDX-License-Identifier: Apache-2.0
// Things by key, and in the order in which they were last asked for. Those that are retired stay until they are
// dropped, and come back when they are asked for before.
#pragma once

#include "runtime/base/keyed.h"

namespace whittle::spanmetrics {

template <class T>
class Recent {
public:
  struct Node {
    Node *next = this, *previous = this;
    std::vector<uint8_t> key;
    bool retired = false;
    std::unique_ptr<T> value;
  };

  explicit Recent(const Runtime& runtime) : nodes_(runtime) {}
  Recent(const Recent&) = delete;

  // Those that are not retired.
  size_t size() const { return size_; }
  bool empty() const { return live_.next == &live_ && retired_.next == &retired_; }

  // Null: there is none. What is found is the newest.
  T* find(Bytes key) {
    std::unique_ptr<Node>* at = nodes_.find(key);
    if (!at) return nullptr;
    Node& n = **at;
    leave(n);
    size_ += n.retired;
    n.retired = false;
    enter(n, live_);
    return n.value.get();
  }
  T& add(Bytes key, std::unique_ptr<T> value) {
    bool made;
    std::unique_ptr<Node>& at = nodes_.get(key, made);
    at = std::make_unique<Node>();
    at->key.assign(key.begin(), key.end());
    at->value = static_cast<std::unique_ptr<T>&&>(value);
    enter(*at, live_);
    ++size_;
    return *at->value;
  }
  void retire_oldest() {
    if (size_ > 0) retire(*live_.next);
  }
  void drop_oldest() {
    if (size_ == 0) return;
    retire_oldest();
    drop(*retired_.previous);
  }
  // Retires those of which `gone(value)` says so.
  template <class F>
  void retire_if(F gone) {
    for (Node *n = live_.next, *next; n != &live_; n = next) {
      next = n->next;
      if (gone(*n->value)) retire(*n);
    }
  }
  void drop_retired() {
    while (retired_.next != &retired_) drop(*retired_.next);
  }
  void clear() {
    while (size_ > 0) retire_oldest();
    drop_retired();
  }
  // The oldest first, then the retired ones: `f(node)`.
  template <class F>
  void each(F f) {
    for (Node* n = live_.next; n != &live_; n = n->next) f(*n);
    for (Node* n = retired_.next; n != &retired_; n = n->next) f(*n);
  }

private:
  static void leave(Node& n) {
    n.next->previous = n.previous, n.previous->next = n.next;
    n.next = n.previous = &n;
  }
  static void enter(Node& n, Node& list) {
    n.next = &list, n.previous = list.previous;
    list.previous->next = &n, list.previous = &n;
  }
  void retire(Node& n) {
    leave(n);
    n.retired = true;
    enter(n, retired_);
    --size_;
  }
  void drop(Node& n) {
    leave(n);
    const std::vector<uint8_t> key = static_cast<std::vector<uint8_t>&&>(n.key);
    nodes_.erase({key.data(), key.size()});
  }

  Node live_, retired_;  // heads of rings
  size_t size_ = 0;
  Keyed<std::unique_ptr<Node>> nodes_;
};

}  // namespace whittle::spanmetrics
