//! An index for one search box: words, pinyin, initials and tails of numbers, rebuilt from the database at any time.
