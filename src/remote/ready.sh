# Does nothing, which shows that programs get through.

main() { :; }
