//! The pages in Chromium.

mod webdriver;
