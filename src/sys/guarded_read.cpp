// SPDX-License-Identifier: GPL-2.0-or-later
// Reading attributes that may block: some kernels take the device's lock for driver_override and
// uevent, and a driver that never returns from remove() keeps that lock. One child reads them all into
// memory that it shares with us; when it gets no further, the attribute it is at is given up together
// with the child, and another child goes on behind it.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <memory>

#include "gpupass/host.hpp"
#include "gpupass/sys/fd.hpp"
#include "sys/child.hpp"

namespace gpupass {
namespace {

using Path = std::pair<std::string, std::string>;  // as the host names it, as this process opens it

constexpr std::size_t k_longest = 4096;  // sysfs attributes are at most a page

/// What the child puts down for each attribute, followed by `size` bytes.
struct Header {
  std::int32_t error;  // errno, or 0
  std::uint32_t size;
};

/// Memory that parent and child share, with one attribute after the other.
struct Shared {
  std::atomic<std::size_t> done;  // attributes that are there; the next is the one the child is at

  [[nodiscard]] char* records() { return reinterpret_cast<char*>(this + 1); }
};

class SharedMemory {
 public:
  /// Only what is written to is really taken.
  explicit SharedMemory(std::size_t attributes)
      : size_(sizeof(Shared) + attributes * (sizeof(Header) + k_longest)),
        memory_(
            mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    if (memory_ != MAP_FAILED) new (memory_) Shared{};
  }
  ~SharedMemory() {
    if (memory_ != MAP_FAILED) munmap(memory_, size_);
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// Null if there is no memory.
  [[nodiscard]] Shared* get() const {
    return memory_ == MAP_FAILED ? nullptr : static_cast<Shared*>(memory_);
  }

 private:
  std::size_t size_;
  void* memory_;
};

/// Runs in the child: system calls only.
int put_attributes(const std::vector<Path>& paths, std::size_t first, Shared& shared) {
  char* to = shared.records();
  for (auto i = first; i < paths.size(); ++i) {
    Header header{0, 0};
    const int file = open(paths[i].second.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const auto size = file < 0 ? -1 : read(file, to + sizeof header, k_longest);
    if (size < 0) header.error = errno;
    if (size > 0) header.size = static_cast<std::uint32_t>(size);
    if (file >= 0) close(file);
    std::memcpy(to, &header, sizeof header);
    to += sizeof header + header.size;
    shared.done.fetch_add(1, std::memory_order_release);
  }
  return 0;
}

/// Waits for the child's end, or until it has put nothing down for as long as the timeout. Returns
/// whether it ended.
bool wait_while_it_goes_on(pid_t child, const Shared& shared, std::chrono::milliseconds timeout) {
  for (std::size_t before = 0;;) {
    if (sys::wait_child(child, timeout)) return true;
    const auto now = shared.done.load(std::memory_order_acquire);
    if (now == before) return false;
    before = now;
  }
}

/// Takes what the child put down.
void take_attributes(const std::vector<Path>& paths, Shared& shared,
                     std::vector<Result<std::string>>& values) {
  const char* from = shared.records();
  for (auto left = shared.done.load(std::memory_order_acquire); left > 0; --left) {
    Header header{};
    std::memcpy(&header, from, sizeof header);
    std::string value(from + sizeof header, header.size);
    from += sizeof header + header.size;
    if (value.ends_with('\n')) value.pop_back();
    if (header.error == 0) {
      values.emplace_back(std::move(value));
    } else {
      values.emplace_back(Failure(sys::errno_error("read " + paths[values.size()].first, header.error)));
    }
  }
}

/// Reads from the first that has no value yet as far as one child gets.
Result<void> read_on(const std::vector<Path>& paths, std::chrono::milliseconds timeout,
                     std::vector<Result<std::string>>& values) {
  const auto first = values.size();
  const SharedMemory memory(paths.size() - first);
  auto* const shared = memory.get();
  if (shared == nullptr) return Failure(sys::errno_error("make shared memory", errno));
  GPUPASS_TRY_ASSIGN(const auto child,
                     sys::fork_child({}, [&] { return put_attributes(paths, first, *shared); }));
  if (!wait_while_it_goes_on(child, *shared, timeout)) {
    kill(child, SIGKILL);  // a child in the kernel dies when the kernel lets it
    (void)sys::wait_child(child, std::chrono::milliseconds(50));
  }
  take_attributes(paths, *shared, values);
  return {};
}

}  // namespace

std::vector<Result<std::string>> Host::guarded_attributes(const std::vector<std::string>& names,
                                                          std::chrono::milliseconds timeout) const {
  std::vector<Result<std::string>> values;
  values.reserve(names.size());
  if (captured()) {  // no kernel is behind its files
    for (const auto& name : names) values.push_back(attribute(name));
    return values;
  }
  std::vector<Path> paths;
  paths.reserve(names.size());
  for (const auto& name : names) paths.emplace_back(name, at(name).string());
  while (values.size() < names.size()) {
    if (auto read = read_on(paths, timeout, values); !read) {
      values.emplace_back(Failure(std::move(read).error()));
    } else if (values.size() < names.size()) {
      values.emplace_back(fail(ErrorKind::timeout,
                               "read " + names[values.size()] + ": the kernel does not answer",
                               "a driver is still releasing this device; try again later"));
    }
  }
  return values;
}

}  // namespace gpupass
