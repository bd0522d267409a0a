// SPDX-License-Identifier: GPL-2.0-or-later
// Makes a guest with a card from a cloud image.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gpupass/guest.hpp"
#include "gpupass/session/session.hpp"

namespace gpupass::run {

/// libvirt's own folder for images.
inline constexpr const char* k_images = "/var/lib/libvirt/images";

/// What a guest is to be. Paths are absolute, of the machine that gpupass runs on; what is empty is chosen.
struct CreateRequest {
  std::string vm;
  std::string uri;
  std::string image;                       // a cloud image
  std::vector<std::string> allowed_files;  // that the image names, and the guest may read
  session::Selection cards = {};
  std::optional<std::uint64_t> memory = {}, disk_size = {};  // bytes
  std::optional<int> vcpus = {};
  std::string profile = "compute";         // a name of ours, or a path
  std::string network = {};                // as of GuestRequest
  std::vector<std::string> ssh_keys = {};  // files of public keys; empty: the user's own
  std::string user_data = {};              // a file for cloud-init
  std::vector<std::string> packages = {};
  std::string driver = {};  // distribution, repository, none, or the path of an installer
  std::string folder = {};  // that its own folder goes into
};

/// A guest as it would be made; nothing is changed yet.
struct PreparedGuest {
  std::string vm, uri;
  session::Functions functions;  // that it gets
  GuestDomain domain;
  NewGuest files;
  std::unique_ptr<Hypervisor> hypervisor;
};
/// Everything that was asked for is read and checked as far as the files and libvirt go. Errors: usage,
/// not_found, invalid; busy, where the name is taken.
[[nodiscard]] Result<PreparedGuest> prepare(session::World& world, const session::Manner& manner,
                                            const CreateRequest& request);

/// Makes it, and binds its cards as `gpupass attach` does, with what that refuses and asks. If anything fails
/// all is put back.
[[nodiscard]] Result<Done> create(session::World& world, const session::Manner& manner,
                                  const PreparedGuest& guest);

/// The plan of that, of a name and devices that nobody else can change; `bound` are the functions that are
/// bound for it, of those that it gets.
[[nodiscard]] Result<Plan> plan_of(session::World& world, const session::Manner& manner,
                                   const PreparedGuest& guest, const session::Functions& bound);

}  // namespace gpupass::run
