# What kind of machine this is, in the words of uname.

main() { uname -m; }
