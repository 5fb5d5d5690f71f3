package enum Schema {}
