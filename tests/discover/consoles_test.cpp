// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel shows on a card.
#include <gtest/gtest.h>

#include "discover/machine.hpp"

namespace gpupass::discover {
namespace {

using test::at;
using test::Machine;

class Consoles : public ::testing::Test {
 protected:
  void framebuffer(const std::string& path, const std::string& driver) {
    const auto name = path.substr(path.rfind('/') + 1);
    machine.tree.file(path + "/name", driver + "\n").link("/sys/class/graphics/" + name, "../../.." + path);
  }
  void text_console(const std::string& name, const std::string& driver, const std::string& bound) {
    const auto folder = "/sys/class/vtconsole/" + name;
    machine.tree.file(folder + "/name", driver + "\n").file(folder + "/bind", bound + "\n");
  }
  [[nodiscard]] std::vector<std::string> on(const std::string& address) const {
    std::vector<std::string> uses;
    for (const auto& holder : machine.read().holders) {
      if (holder.device != at(address)) continue;
      const bool console = holder.kind == HolderKind::console;
      EXPECT_TRUE(console || holder.kind == HolderKind::framebuffer);
      uses.push_back(holder.node + (console ? " has the " : ": ") + holder.use);
    }
    return uses;
  }
  using Names = std::vector<std::string>;

  Machine machine;
};

TEST_F(Consoles, AreOnTheCardWhoseFramebufferItIs) {
  framebuffer("/sys/devices/pci0000:00/0000:00:1f.6/graphics/fb0", "i915drmfb");
  machine.tree.dir("/sys/class/graphics/fbcon");
  EXPECT_EQ(on("0000:00:1f.6"), Names{"fb0: i915drmfb"});
  text_console("vtcon0", "(S) dummy device", "1");
  text_console("vtcon1", "(M) frame buffer device", "1");
  EXPECT_EQ(on("0000:00:1f.6"), Names{"fb0 has the text console on i915drmfb"});
}

TEST_F(Consoles, OfTheFirmwareAreOnTheBootCard) {
  framebuffer("/sys/devices/platform/efi-framebuffer.0/graphics/fb0", "EFI VGA");
  EXPECT_EQ(on("0000:01:00.0"), Names{"fb0: EFI VGA"});
}

TEST_F(Consoles, InTextModeAreOnTheBootCard) {
  text_console("vtcon0", "(S) VGA+", "1");
  EXPECT_EQ(on("0000:01:00.0"), Names{"vga has the text console"});
  text_console("vtcon0", "(S) VGA+", "0");
  EXPECT_EQ(on("0000:01:00.0"), Names{});
}

TEST_F(Consoles, OnASerialCardAreFound) {
  const std::string port = "/sys/devices/pci0000:00/0000:00:1f.6/tty/ttyS4";
  machine.tree.dir(port).link("/sys/class/tty/ttyS4", "../../.." + port);
  machine.tree.file("/sys/class/tty/console/active", "tty0 ttyS4\n");
  EXPECT_EQ(on("0000:00:1f.6"), Names{"ttyS4 has the kernel console"});
}

TEST_F(Consoles, WithoutABootCardAreNobodys) {
  machine.tree.file(test::PciTree::folder_of(machine.gpu) + "/boot_vga", "0\n");
  framebuffer("/sys/devices/platform/efi-framebuffer.0/graphics/fb0", "EFI VGA");
  EXPECT_TRUE(machine.read().holders.empty());
}

}  // namespace
}  // namespace gpupass::discover
