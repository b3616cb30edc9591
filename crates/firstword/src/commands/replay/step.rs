//! `firstword replay --step`: moving forwards and back through a log in the terminal.
//!
//! The state and what keys do to it are in `stepper`, what is to be seen of a state in `view`, how that looks in
//! `draw`. Everything that is seen is asked of the timeline, so that going back costs no more than going on.

mod draw;
mod stepper;
#[cfg(test)]
mod tests;
mod view;
mod visits;

use std::io::{self, IsTerminal};

use anyhow::Context;
use firstword_replay::Timeline;
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::Replay;
use crate::exit::{Exit, usage_error};
use draw::{Palette, draw, list_height};
use stepper::{Key, Stepper};
use view::view;

/// Runs it until somebody quits.
pub fn run(args: &Replay) -> anyhow::Result<Exit> {
    if !io::stdout().is_terminal() {
        return Err(usage_error(
            "--step needs a terminal, and standard output is none; `--person PERSON` writes one person's steps",
        ));
    }
    let timeline = args.open()?.timeline(&args.policies.one()?)?;
    let Some(mut stepper) = Stepper::begin(&timeline, args.until, args.person.clone())? else {
        return Err(usage_error("the log holds no line to step through"));
    };
    let mut terminal = ratatui::try_init().context("cannot use the terminal")?;
    let moved = until_quit(&mut terminal, &timeline, &mut stepper);
    ratatui::try_restore().context("cannot leave the terminal as it was")?;
    moved.map(|()| Exit::Done)
}

fn until_quit(
    terminal: &mut DefaultTerminal,
    timeline: &Timeline,
    stepper: &mut Stepper,
) -> anyhow::Result<()> {
    let palette = Palette::of_stdout();
    while !stepper.over {
        let height = list_height(terminal.size().context("cannot use the terminal")?);
        let seen = view(stepper, timeline, height)?;
        terminal.draw(|frame| draw(frame, &seen, palette)).context("cannot use the terminal")?;
        // Whatever else happens to a terminal, such as another size, is drawn anew.
        if let Event::Key(key) = event::read().context("cannot read the keyboard")?
            && let Some(key) = known(key)
        {
            stepper.key(key, timeline)?;
        }
    }
    Ok(())
}

fn known(key: KeyEvent) -> Option<Key> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        // In raw mode nobody else does what is expected of it.
        KeyCode::Char('c' | 'd') if control => Some(Key::Quit),
        KeyCode::Char(_) if control => None,
        KeyCode::Char(c) => Some(Key::Char(c)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Escape),
        KeyCode::Backspace => Some(Key::Erase),
        KeyCode::Tab => Some(Key::Tab),
        KeyCode::Down | KeyCode::Right => Some(Key::Down),
        KeyCode::Up | KeyCode::Left => Some(Key::Up),
        KeyCode::PageDown => Some(Key::PageDown),
        KeyCode::PageUp => Some(Key::PageUp),
        KeyCode::Home => Some(Key::Home),
        KeyCode::End => Some(Key::End),
        _ => None,
    }
}
