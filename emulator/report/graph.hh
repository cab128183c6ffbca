#pragma once
// A lab as a graph for other programs to lay out: Mermaid (GitHub and GitLab show it in Markdown)
// and Graphviz. Names and addresses are escaped: nothing in a file can add to the graph.

#include <string>

#include "emulator/topology/model.hh"

namespace lvslab::report {

std::string mermaid(const topology::Topology& lab);  // flowchart
std::string dot(const topology::Topology& lab);      // for `dot -Tsvg`

}  // namespace lvslab::report
