# The nodes there are and what is free on them, a row for each partition of a node.

# main SETUP: rows of scheduler_nodes.
main() {
  scheduler_ready "$1"
  scheduler_nodes
}
