/** What `make screenshots` runs: a picture of every page in its states into target/screenshots, and the two of the README. */

import "./looks.mjs";
import "./desk-looks.mjs";
import "./pictures.mjs";
