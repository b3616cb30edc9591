//! Layers, problems and what is printed, without a file or a variable of this computer.

use super::*;
