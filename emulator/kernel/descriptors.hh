#pragma once

namespace lvslab::kernel {

// As many open files as this process may have (RLIMIT_NOFILE): a lab holds both ends of every
// connection of its own. Programs that it starts inherit the limit.
void raise_descriptor_limit();

}  // namespace lvslab::kernel
