#!/bin/sh
# What the profile sweep runs for each cell: one step of a search for the best learning rate, in whole numbers.
set -eu
model=${MODEL:-any} lr=${LR:-1}
echo "cell $CELL ($CELL_NAME): model $model, learning rate $lr thousandths; arguments: $*"
loss=$(((lr - 5) * (lr - 5) + ${#model}))
printf '{"model": "%s", "lr": %d, "loss": %d}\n' "$model" "$lr" "$loss" >"$RESULTS_DIR/result.json"
echo "loss $loss"
