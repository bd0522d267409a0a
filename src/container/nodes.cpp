// SPDX-License-Identifier: GPL-2.0-or-later
#include "container/nodes.hpp"

#include <fmt/format.h>

#include "gpupass/core/text.hpp"
#include "gpupass/sys/device_node.hpp"

namespace gpupass::container {

NodeReader::NodeReader(const Host& host) : host_(host) {
  const auto text = host.read("/proc/devices").value_or("");
  for (const auto line : core::split(text, '\n')) {
    if (line.starts_with("Block")) break;
    const auto words = core::words(line);
    if (words.size() == 2 && core::parse_number(words[0]))
      majors_.try_emplace(std::string(words[1]), words[0]);
  }
}

Node NodeReader::node(const std::string& path, const std::string& number) const {
  Node node{path, number, ""};
  node.looked = !host_.captured() || host_.exists("/dev/null");
  if (const auto found = sys::device_node(host_, path)) {
    node.found = found->number;
    node.mode = found->mode;
    node.group = found->group;
  }
  return node;
}

Node NodeReader::dynamic(const std::string& path, const std::string& driver, unsigned minor) const {
  const auto major = majors_.find(driver);
  return node(path, major == majors_.end() ? "" : fmt::format("{}:{}", major->second, minor));
}

Node NodeReader::of_sysfs(const std::string& path, const std::string& folder) const {
  return node(path, host_.attribute(folder + "/dev").value_or(""));
}

}  // namespace gpupass::container
