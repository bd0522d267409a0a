// SPDX-License-Identifier: GPL-2.0-or-later
#include "gpupass/container/reader_look.hpp"

#include "gpupass/core/json.hpp"

namespace gpupass::container {
namespace {

using core::Json;

/// Folders as engines take them: absolute.
void add_folders(std::vector<std::string>& folders, const std::vector<std::string>& named) {
  for (const auto& folder : named) {
    if (folder.starts_with('/')) folders.push_back(folder);
  }
}

Result<void> read_docker(const Host& host, ReaderFacts& facts) {
  constexpr const char* k_path = "/etc/docker/daemon.json";
  const auto text = host.read(k_path);
  if (!text && text.error().kind == ErrorKind::not_found) return {};
  if (!text) return Failure(text.error());
  auto read = core::read_json(*text, k_path, [&](const Json& json) {
    if (json.contains("features") && json.at("features").contains("cdi"))
      facts.enabled = json.at("features").at("cdi").get<bool>();
    if (json.contains("cdi-spec-dirs"))
      add_folders(facts.folders, json.at("cdi-spec-dirs").get<std::vector<std::string>>());
    return true;
  });
  return read ? Result<void>{} : Failure(std::move(read).error());
}

/// Of files in TOML, where a later one counts more.
void read_toml(const Host& host, const std::vector<std::string>& paths, ReaderFacts& facts) {
  for (const auto& path : paths) {
    const auto text = host.read(path).value_or("");
    if (const auto folders = toml_values(text, "cdi_spec_dirs")) {
      facts.folders.clear();
      add_folders(facts.folders, *folders);
    }
    if (const auto enabled = toml_values(text, "enable_cdi"); enabled && enabled->size() == 1)
      facts.enabled = enabled->front() == "true";
  }
}

std::vector<std::string> with_parts(const Host& host, std::vector<std::string> paths,
                                    const std::string& folder) {
  for (const auto& name : host.list(folder).value_or(std::vector<std::string>{}))
    if (name.ends_with(".conf")) paths.push_back(folder + "/" + name);
  return paths;
}

}  // namespace

Result<ReaderFacts> look_at_reader(Host& host, Reader reader) {
  ReaderFacts facts{reader, {}, false, {}, {}};
  switch (reader) {
    case Reader::docker:
      GPUPASS_TRY(read_docker(host, facts));
      break;
    case Reader::podman:
      read_toml(host, {"/usr/share/containers/containers.conf", "/etc/containers/containers.conf"}, facts);
      break;
    case Reader::containerd:
      read_toml(host, {"/etc/containerd/config.toml"}, facts);
      break;
    case Reader::crio:
      read_toml(host, with_parts(host, {"/etc/crio/crio.conf"}, "/etc/crio/crio.conf.d"), facts);
      break;
  }
  if (host.captured()) return facts;
  const auto said = host.run({{program_of(reader), "--version"}, {}, std::chrono::seconds(10)});
  facts.missing = !said && said.error().kind == ErrorKind::not_found;
  if (said && said->status == 0) facts.version = version_in(said->output);
  return facts;
}

}  // namespace gpupass::container
