/**
 * Every page in its states, as `screenshots.test.mjs` takes its pictures, with a server and a browser of its own: they are half of
 * all tests, and go beside the others.
 */

import "./looks.mjs";
import "./desk-looks.mjs";
