# A program that ends as if the connection were lost.

main() { exit 255; }
