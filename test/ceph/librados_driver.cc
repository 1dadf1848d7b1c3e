// Stock librados at the end of a pipe: each line of standard input is one operation, each line of
// standard output its outcome. Texts and bytes are hexadecimal after an `x`; see librados_driver.ts.
#include <rados/librados.hpp>

#include <deque>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace librados;
using std::string;

namespace {

using Words = std::deque<string>;

string pop(Words& words) {
  if (words.empty()) throw std::runtime_error("too few words");
  string word = words.front();
  words.pop_front();
  return word;
}

uint64_t number(Words& words) { return std::stoull(pop(words)); }

string bytes(Words& words) {
  string hex = pop(words), out;
  for (size_t i = 1; i + 1 < hex.size(); i += 2) out += char(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

bufferlist toBl(const string& text) {
  bufferlist bl;
  bl.append(text);
  return bl;
}

string show(const string& text) {
  static const char* digits = "0123456789abcdef";
  string out = "x";
  for (unsigned char c : text) {
    out += digits[c >> 4];
    out += digits[c & 15];
  }
  return out;
}

// What is long is shown by its length and crc.
string show(bufferlist& bl) {
  if (bl.length() <= 65536) return show(bl.to_str());
  return std::to_string(bl.length()) + "#" + std::to_string(bl.crc32c(-1));
}

template <class Range, class Show>
string join(Range& range, Show one) {
  string out;
  for (auto& element : range) out += (out.empty() ? "" : ",") + one(element);
  return "[" + out + "]";
}

string show(std::map<string, bufferlist>& vals) {
  return join(vals, [](auto& kv) { return show(kv.first) + "=" + show(kv.second); });
}

template <class Extents>
string showExtents(const Extents& extents) {
  return join(extents, [](auto& e) { return std::to_string(e.first) + "~" + std::to_string(e.second); });
}

string show(const snap_set_t& snaps) {
  return std::to_string(snaps.seq) + join(snaps.clones, [](const clone_info_t& clone) {
    string id = clone.cloneid == (snap_t)-2 ? "head" : std::to_string(clone.cloneid);
    string of = join(clone.snaps, [](snap_t snap) { return std::to_string(snap); });
    return id + of + showExtents(clone.overlap) + std::to_string(clone.size);
  });
}

string show(const std::list<obj_watch_t>& watchers) {
  return join(watchers, [](const obj_watch_t& w) {
    return string(w.addr) + "/client." + std::to_string(w.watcher_id) + "/" + std::to_string(w.cookie) +
           "/" + std::to_string(w.timeout_seconds);
  });
}

// A step's answer, where librados tells it, and what it gave.
struct Step {
  int rval = 0;
  bool isTold = true;
  std::function<string()> result = [] { return string(); };
};

template <class T>
std::shared_ptr<T> made() { return std::make_shared<T>(); }

// Adds the step that the words say.
std::shared_ptr<Step> addStep(ObjectReadOperation& op, Words& words) {
  auto step = made<Step>();
  int* rval = &step->rval;
  string kind = bytes(words);
  int flags = number(words);
  if (kind == "read") {
    uint64_t offset = number(words), length = number(words);
    auto bl = made<bufferlist>();
    op.read(offset, length, bl.get(), rval);
    step->result = [bl] { return show(*bl); };
  } else if (kind == "sparse_read") {
    uint64_t offset = number(words), length = number(words);
    auto extents = made<std::map<uint64_t, uint64_t>>();
    auto bl = made<bufferlist>();
    op.sparse_read(offset, length, extents.get(), bl.get(), rval);
    step->result = [=] { return showExtents(*extents) + show(*bl); };
  } else if (kind == "stat") {
    auto size = made<uint64_t>();
    auto time = made<timespec>();
    op.stat2(size.get(), time.get(), rval);
    step->result = [=] {
      uint64_t ns = time->tv_sec * 1000000000ull + time->tv_nsec;
      return std::to_string(*size) + "@" + std::to_string(ns);
    };
  } else if (kind == "checksum") {
    auto type = (rados_checksum_type_t)number(words);
    uint64_t offset = number(words), length = number(words), chunk = number(words);
    string init = bytes(words);
    auto bl = made<bufferlist>();
    op.checksum(type, toBl(init), offset, length, chunk, bl.get(), rval);
    step->result = [bl] { return show(*bl); };
  } else if (kind == "cmpext") {
    uint64_t offset = number(words);
    op.cmpext(offset, toBl(bytes(words)), rval);
  } else if (kind == "getxattr") {
    auto bl = made<bufferlist>();
    op.getxattr(bytes(words).c_str(), bl.get(), rval);
    step->result = [bl] { return show(*bl); };
  } else if (kind == "getxattrs" || kind == "omap_get_vals_by_keys") {
    auto vals = made<std::map<string, bufferlist>>();
    if (kind == "getxattrs") {
      op.getxattrs(vals.get(), rval);
    } else {
      std::set<string> keys;
      for (uint64_t left = number(words); left > 0; left--) keys.insert(bytes(words));
      op.omap_get_vals_by_keys(keys, vals.get(), rval);
    }
    step->result = [vals] { return show(*vals); };
  } else if (kind == "cmpxattr") {
    string name = bytes(words);
    int cmp = number(words);
    op.cmpxattr(name.c_str(), cmp, toBl(bytes(words)));
    step->isTold = false;
  } else if (kind == "cmpxattr_u64") {
    string name = bytes(words);
    int cmp = number(words);
    op.cmpxattr(name.c_str(), cmp, number(words));
    step->isTold = false;
  } else if (kind == "omap_get_keys") {
    string after = bytes(words);
    auto keys = made<std::set<string>>();
    auto more = made<bool>();
    op.omap_get_keys2(after, number(words), keys.get(), more.get(), rval);
    step->result = [=] {
      return join(*keys, [](auto& key) { return show(key); }) + std::to_string(*more);
    };
  } else if (kind == "omap_get_vals") {
    string after = bytes(words), prefix = bytes(words);
    auto vals = made<std::map<string, bufferlist>>();
    auto more = made<bool>();
    op.omap_get_vals2(after, prefix, number(words), vals.get(), more.get(), rval);
    step->result = [=] { return show(*vals) + std::to_string(*more); };
  } else if (kind == "omap_get_header") {
    auto bl = made<bufferlist>();
    op.omap_get_header(bl.get(), rval);
    step->result = [bl] { return show(*bl); };
  } else if (kind == "omap_cmp") {
    std::map<string, std::pair<bufferlist, int>> assertions;
    for (uint64_t left = number(words); left > 0; left--) {
      string key = bytes(words);
      int cmp = number(words);
      assertions[key] = {toBl(bytes(words)), cmp};
    }
    op.omap_cmp(assertions, rval);
  } else if (kind == "exec") {
    string cls = bytes(words), method = bytes(words);
    bufferlist in = toBl(bytes(words));
    auto bl = made<bufferlist>();
    op.exec(cls.c_str(), method.c_str(), in, bl.get(), rval);
    step->result = [bl] { return show(*bl); };
  } else if (kind == "list_watchers") {
    auto watchers = made<std::list<obj_watch_t>>();
    op.list_watchers(watchers.get(), rval);
    step->result = [watchers] { return show(*watchers); };
  } else if (kind == "list_snaps") {
    auto snaps = made<snap_set_t>();
    op.list_snaps(snaps.get(), rval);
    step->result = [snaps] { return show(*snaps); };
  } else if (kind == "assert_exists") {
    op.assert_exists();
    step->isTold = false;
  } else if (kind == "assert_version") {
    op.assert_version(number(words));
    step->isTold = false;
  } else {
    throw std::runtime_error("no such step: " + kind);
  }
  if (flags != 0) op.set_op_flags2(flags);
  return step;
}

string operate(IoCtx& io, const string& oid, Words& words) {
  ObjectReadOperation op;
  std::vector<std::shared_ptr<Step>> steps;
  int flags = number(words);
  while (!words.empty()) steps.push_back(addStep(op, words));
  bufferlist out;
  int ret = io.operate(oid, &op, &out, flags);
  std::ostringstream line;
  line << ret << " " << io.get_last_version();
  for (auto& step : steps) {
    line << " " << (step->isTold ? std::to_string(step->rval) : "?") << ":";
    if (step->isTold && step->rval >= 0) line << step->result();
  }
  return line.str();
}

struct Watch : WatchCtx2 {
  void handle_notify(uint64_t, uint64_t, uint64_t, bufferlist&) override {}
  void handle_error(uint64_t, int) override {}
};

std::map<string, bufferlist> pairs(Words& words) {
  std::map<string, bufferlist> vals;
  while (!words.empty()) {
    string key = bytes(words);
    vals[key] = toBl(bytes(words));
  }
  return vals;
}

string run(Rados& rados, Words& words) {
  string what = pop(words), pool = pop(words), nspace = bytes(words), key = bytes(words);
  int64_t snap = std::stoll(pop(words));
  string oid = bytes(words);
  IoCtx io;
  int ret = rados.ioctx_create(pool.c_str(), io);
  if (ret < 0) return std::to_string(ret);
  io.set_namespace(nspace);
  io.locator_set_key(key);
  if (snap != -2) io.snap_set_read(snap);
  if (what == "operate") return operate(io, oid, words);
  if (what == "mapext") {
    std::map<uint64_t, uint64_t> extents;
    uint64_t offset = number(words);
    ret = io.mapext(oid, offset, number(words), extents);
    return std::to_string(ret) + " " + showExtents(extents);
  }
  if (what == "write_full") {
    bufferlist bl = toBl(bytes(words));
    ret = io.write_full(oid, bl);
  } else if (what == "write") {
    uint64_t offset = number(words);
    bufferlist bl = toBl(bytes(words));
    ret = io.write(oid, bl, bl.length(), offset);
  } else if (what == "truncate") {
    ret = io.trunc(oid, number(words));
  } else if (what == "remove") {
    ret = io.remove(oid);
  } else if (what == "setxattr") {
    string name = bytes(words);
    bufferlist bl = toBl(bytes(words));
    ret = io.setxattr(oid, name.c_str(), bl);
  } else if (what == "omap_set") {
    ret = io.omap_set(oid, pairs(words));
  } else if (what == "omap_set_header") {
    ret = io.omap_set_header(oid, toBl(bytes(words)));
  } else if (what == "snap_create") {
    ret = io.snap_create(oid.c_str());
  } else if (what == "watch") {
    // The watch lives as long as its IoCtx.
    static std::list<IoCtx> watching;
    static Watch watch;
    uint64_t handle;
    watching.push_back(io);
    ret = watching.back().watch2(oid, &handle, &watch);
  } else {
    throw std::runtime_error("no such operation: " + what);
  }
  return std::to_string(ret);
}

}  // namespace

int main(int argc, char** argv) {
  Rados rados;
  rados.init("admin");
  rados.conf_read_file(argv[1]);
  int ret = rados.connect();
  std::cout << ret << std::endl;
  if (ret < 0) return 1;
  for (string line; std::getline(std::cin, line);) {
    std::istringstream in(line);
    Words words;
    for (string word; in >> word;) words.push_back(word);
    std::cout << run(rados, words) << std::endl;
  }
  rados.shutdown();
  return 0;
}
