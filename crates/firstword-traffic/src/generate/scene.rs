//! What happens: the scenes, event by event.

use super::Generator;
use super::cast::{Answer, Cast};
use super::line::Who;
use super::say::{Said, VERSION};
use super::texts::Topic;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The mark of a person whose account is closed; the lower bits are businesses that were told to
/// stop.
const GONE: u16 = 1 << 15;

/// How many businesses a person has to do with.
const RELATIONS: u64 = 8;

/// What a scene is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Plot {
    /// A person settles in: is located, answers the terms, opts in.
    SettlingIn,
    /// Two people who know each other.
    Chat,
    /// Somebody writes to a stranger, who rarely answers.
    Stranger,
    /// A person writes to a business, or answers it.
    Care,
    /// A business reports, sends a code or advertises.
    Notice,
    /// A business advertises and is told to stop.
    Stopped,
    /// A business calls and is picked up.
    Answered,
    /// A business calls in vain, again and again.
    Unanswered,
    /// A person opts in, and is told that it worked.
    OptIn,
    /// A person opts out; later the business erases the contact.
    OptOut,
    /// A person blocks another or a business, which tries; some are unblocked.
    Block,
    Reach,
    Move,
    /// A person answers the terms anew.
    Terms,
    /// A person leaves; somebody writes nevertheless, and a business erases the contact.
    Leaving,
    /// A record about a person could not be read; somebody sees to it.
    Doubt,
}

/// A scene, as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scene {
    /// How many events are to come.
    pub(super) left: u16,
    step: u16,
    plot: Plot,
    /// Whether it is the other's turn.
    other: bool,
    /// Which of the person's businesses it is, where it is one.
    relation: u8,
    person: u32,
    /// The other person, or the business.
    peer: u32,
}

impl Scene {
    /// A person of whom so many facts are known settles in.
    pub(super) fn settling(person: u32, facts: u16) -> Self {
        let plot = Plot::SettlingIn;
        Self { left: facts, step: 0, plot, other: false, relation: 0, person, peer: 0 }
    }
}

impl Generator {
    /// Draws what happens next, to whom, and how long it takes.
    pub(super) fn cast_scene(&mut self) -> Scene {
        let plot = match self.draw.below(1000) {
            0..420 => Plot::Chat,
            420..455 => Plot::Stranger,
            455..570 => Plot::Care,
            570..855 => Plot::Notice,
            855..875 => Plot::Stopped,
            875..898 => Plot::Answered,
            898..908 => Plot::Unanswered,
            908..940 => Plot::OptIn,
            940..955 => Plot::OptOut,
            955..968 => Plot::Block,
            968..976 => Plot::Reach,
            976..984 => Plot::Move,
            984..996 => Plot::Terms,
            996..998 => Plot::Leaving,
            _ => Plot::Doubt,
        };
        let lonely = self.cast.businesses() == 0;
        let plot = match plot {
            Plot::Care
            | Plot::Notice
            | Plot::Stopped
            | Plot::Answered
            | Plot::Unanswered
            | Plot::OptIn
            | Plot::OptOut
                if lonely =>
            {
                Plot::Chat
            }
            plot => plot,
        };
        let draw = &mut self.draw;
        let left = match plot {
            Plot::Chat => draw.waiting(1, 6),
            Plot::Care => 1 + draw.waiting(1, 4),
            Plot::Notice if draw.in_1000(800) => 1,
            Plot::Notice => draw.waiting(2, 3),
            Plot::Stranger => 1 + u64::from(draw.in_1000(250)),
            Plot::Stopped | Plot::Block | Plot::Doubt => 1 + draw.below(3),
            Plot::Answered => 2 + draw.below(3),
            Plot::Unanswered => 1 + draw.below(6),
            Plot::OptIn | Plot::OptOut => 1 + draw.below(2),
            Plot::Leaving if !lonely => 1 + draw.below(3),
            Plot::Leaving => 1 + draw.below(2),
            Plot::SettlingIn | Plot::Reach | Plot::Move | Plot::Terms => 1,
        };
        let (person, relation) = match plot {
            Plot::Notice | Plot::Stopped | Plot::Answered | Plot::Unanswered => {
                self.somebody_with_opt_in()
            }
            Plot::Terms => (self.somebody_of_two_minds(), 0),
            Plot::Stranger if self.draw.in_1000(500) => (self.cast.spammer(self.draw.bits()), 0),
            _ => (self.somebody(), u8::try_from(self.draw.below(RELATIONS)).unwrap_or(0)),
        };
        let bits = self.draw.bits();
        let peer = match plot {
            Plot::Chat | Plot::Leaving => self.cast.friend(person, bits),
            Plot::Stranger => self.cast.stranger(person, bits),
            Plot::Block if lonely || bits % 5 < 3 => self.cast.friend(person, bits),
            _ if lonely => 0,
            _ => self.cast.business(person, relation),
        };
        let other = matches!(plot, Plot::Block) && !lonely && bits % 5 >= 3;
        Scene {
            left: u16::try_from(left).unwrap_or(1),
            step: 0,
            plot,
            other,
            relation,
            person,
            peer,
        }
    }

    /// Somebody who is there, the lively ones oftener.
    pub(super) fn somebody(&mut self) -> u32 {
        let mut person = 0;
        for _ in 0..4 {
            person = u32::try_from(self.draw.below(u64::from(self.cast.people()))).unwrap_or(0);
            let bits = self.draw.bits();
            if self.mark(person) & GONE == 0 && self.cast.is_lively(person, bits) {
                break;
            }
        }
        person
    }

    /// Somebody and one of their businesses: mostly one that may write. Some do not ask.
    fn somebody_with_opt_in(&mut self) -> (u32, u8) {
        let careless = self.draw.in_1000(80);
        let mut person = self.somebody();
        for _ in 0..8 {
            let opted_in = self.cast.opt_ins(person);
            let relation = u8::try_from(self.draw.below(u64::from(opted_in))).unwrap_or(0);
            if careless || (opted_in > 0 && self.mark(person) & (1 << relation) == 0) {
                return (person, relation);
            }
            person = self.somebody();
        }
        (person, 0)
    }

    /// Somebody who may answer the terms anew: mostly one who has not accepted them.
    fn somebody_of_two_minds(&mut self) -> u32 {
        let mut person = self.somebody();
        if !self.draw.in_1000(200) {
            for _ in 0..8 {
                if self.cast.answer(person) != Answer::Accepts {
                    break;
                }
                person = self.somebody();
            }
        }
        person
    }

    fn mark(&self, person: u32) -> u16 {
        usize::try_from(person).ok().and_then(|place| self.marks.get(place)).copied().unwrap_or(0)
    }

    fn set_mark(&mut self, person: u32, change: impl FnOnce(u16) -> u16) {
        if let Some(mark) = usize::try_from(person).ok().and_then(|place| self.marks.get_mut(place))
        {
            *mark = change(*mark);
        }
    }

    /// Writes the next event of a scene, and plans the one after it.
    pub(super) fn play(&mut self, at: i64, mut scene: Scene, out: &mut Vec<u8>) {
        let wait = match scene.plot {
            Plot::SettlingIn => self.settles(at, &scene),
            Plot::Chat | Plot::Stranger => self.chats(at, &mut scene),
            Plot::Care => self.is_cared_for(at, &mut scene),
            Plot::Notice => self.gets_notice(at, &mut scene),
            Plot::Stopped => self.says_stop(at, &scene),
            Plot::Answered | Plot::Unanswered => self.is_called(at, &mut scene),
            Plot::OptIn => self.opts_in(at, &scene),
            Plot::OptOut => self.opts_out(at, &scene),
            Plot::Block => self.blocks(at, &scene),
            Plot::Reach => self.sets_reach(at, scene.person),
            Plot::Move => self.moves(at, scene.person),
            Plot::Terms => self.answers_anew(at, scene.person),
            Plot::Leaving => self.leaves(at, &scene),
            Plot::Doubt => self.is_in_doubt(at, &scene),
        };
        self.end(at, out);
        scene.left -= 1;
        scene.step += 1;
        if scene.left > 0 {
            self.go_on(at, wait, scene);
        }
    }

    fn settles(&mut self, at: i64, scene: &Scene) -> u64 {
        let person = scene.person;
        let mut facts = scene.step;
        if let Some(region) = self.cast.region(person) {
            if facts == 0 {
                self.fact("person.located", at, person);
                self.line.word("region", region);
                return self.draw.waiting(2 * SECOND, 8);
            }
            facts -= 1;
        }
        let answer = self.cast.answer(person);
        if answer != Answer::SaysNothing {
            if facts == 0 {
                self.answer(at, person, answer == Answer::Accepts);
                return self.draw.waiting(20 * SECOND, 12);
            }
            facts -= 1;
        }
        let business = self.cast.business(person, u8::try_from(facts).unwrap_or(0));
        self.opt_in(at, person, business);
        self.draw.waiting(20 * SECOND, 12)
    }

    fn chats(&mut self, at: i64, scene: &mut Scene) -> u64 {
        let (one, two) = (Who::Person(scene.person), Who::Person(scene.peer));
        let (from, to) = if scene.other { (two, one) } else { (one, two) };
        let topic = if self.draw.below(4_000) == 0 { Topic::Card } else { Topic::Chat };
        let call = self.draw.in_1000(45);
        self.say(at, &Said { from, to, call, topic });
        let answered = scene.plot == Plot::Chat || self.draw.in_1000(200);
        if answered && self.draw.in_1000(600) {
            scene.other = !scene.other;
            self.draw.waiting(2 * SECOND, 13)
        } else {
            self.draw.waiting(SECOND, 6)
        }
    }

    fn is_cared_for(&mut self, at: i64, scene: &mut Scene) -> u64 {
        let (person, business) = (Who::Person(scene.person), Who::Business(scene.peer));
        let said = if scene.other {
            let topic = if self.draw.in_1000(8) { Topic::AsksForCard } else { Topic::Service };
            Said { from: business, to: person, call: self.draw.in_1000(20), topic }
        } else {
            let topic = if self.draw.in_1000(10) { Topic::Card } else { Topic::Question };
            let call = self.draw.in_1000(if scene.step == 0 { 80 } else { 10 });
            Said { from: person, to: business, call, topic }
        };
        self.say(at, &said);
        if self.draw.in_1000(800) {
            scene.other = !scene.other;
        }
        // Some businesses answer after days, when the window has closed.
        let after_days = scene.other && self.draw.in_1000(40);
        u64::from(after_days) * DAY + self.draw.waiting(4 * SECOND, 12)
    }

    fn gets_notice(&mut self, at: i64, scene: &mut Scene) -> u64 {
        let topic = match self.draw.below(100) {
            0..20 => Topic::Authentication,
            20..62 => Topic::Utility,
            62..97 => Topic::Marketing,
            97..99 => Topic::Service,
            _ => Topic::AsksForCard,
        };
        self.notify(at, scene, topic);
        // What follows is the person's answer, and so on.
        scene.plot = Plot::Care;
        self.draw.waiting(10 * SECOND, 12)
    }

    fn says_stop(&mut self, at: i64, scene: &Scene) -> u64 {
        match scene.step {
            0 => self.notify(at, scene, Topic::Marketing),
            1 => {
                let (from, to) = (Who::Person(scene.person), Who::Business(scene.peer));
                self.say(at, &Said { from, to, call: false, topic: Topic::Stop });
                self.set_mark(scene.person, |mark| mark | (1 << scene.relation));
                // Most erase, in time or not; some go on as if nothing had been said.
                return DAY / 2 + self.draw.below(40 * DAY);
            }
            _ if self.draw.in_1000(250) => self.notify(at, scene, Topic::Marketing),
            _ => self.contact("contact.erased", at, scene.person, scene.peer),
        }
        self.draw.waiting(5 * SECOND, 12)
    }

    fn is_called(&mut self, at: i64, scene: &mut Scene) -> u64 {
        if scene.step == 1 && scene.plot == Plot::Answered {
            self.contact("call.answered", at, scene.person, scene.peer);
            scene.plot = Plot::Care;
            scene.other = true;
            return self.draw.waiting(MINUTE, 6);
        }
        let (from, to) = (Who::Business(scene.peer), Who::Person(scene.person));
        self.say(at, &Said { from, to, call: true, topic: Topic::Utility });
        if scene.plot == Plot::Answered {
            4 * SECOND + self.draw.below(20 * SECOND)
        } else {
            self.draw.waiting(10 * MINUTE, 7)
        }
    }

    fn opts_in(&mut self, at: i64, scene: &Scene) -> u64 {
        let (person, business) = (scene.person, scene.peer);
        if scene.step > 0 {
            self.notify(at, scene, Topic::Utility);
        } else {
            if self.draw.in_1000(150) {
                let (from, to) = (Who::Person(person), Who::Business(business));
                self.say(at, &Said { from, to, call: false, topic: Topic::Start });
            } else {
                self.opt_in(at, person, business);
            }
            self.set_mark(person, |mark| mark & !(1 << scene.relation));
        }
        self.draw.waiting(2 * SECOND, 6)
    }

    fn opts_out(&mut self, at: i64, scene: &Scene) -> u64 {
        if scene.step > 0 {
            self.contact("contact.erased", at, scene.person, scene.peer);
        } else {
            self.contact("contact.opted_out", at, scene.person, scene.peer);
            if self.draw.in_1000(400) {
                self.scopes();
            }
            self.set_mark(scene.person, |mark| mark | (1 << scene.relation));
        }
        DAY / 2 + self.draw.below(40 * DAY)
    }

    fn blocks(&mut self, at: i64, scene: &Scene) -> u64 {
        let peer = if scene.other { Who::Business(scene.peer) } else { Who::Person(scene.peer) };
        match scene.step {
            0 => {
                self.fact("contact.blocked", at, scene.person);
                self.line.who("party", peer);
            }
            1 => {
                let topic = if scene.other { Topic::Marketing } else { Topic::Chat };
                let to = Who::Person(scene.person);
                self.say(at, &Said { from: peer, to, call: false, topic });
            }
            _ => {
                self.fact("contact.unblocked", at, scene.person);
                self.line.who("party", peer);
            }
        }
        self.draw.waiting(MINUTE, 12)
    }

    fn sets_reach(&mut self, at: i64, person: u32) -> u64 {
        self.fact("reach.set", at, person);
        let reach = self.draw.one_of(&["known", "known", "everyone", "nobody"]);
        self.line.word("reach", reach);
        0
    }

    fn moves(&mut self, at: i64, person: u32) -> u64 {
        self.fact("person.located", at, person);
        let region = Cast::other_region(self.draw.bits());
        self.line.word("region", region);
        0
    }

    fn answers_anew(&mut self, at: i64, person: u32) -> u64 {
        if self.cast.answer(person) == Answer::Accepts {
            self.fact("terms.withdrawn", at, person);
            self.line.word("version", VERSION);
        } else {
            self.answer(at, person, true);
        }
        0
    }

    fn leaves(&mut self, at: i64, scene: &Scene) -> u64 {
        match scene.step {
            0 => {
                self.fact("person.erased", at, scene.person);
                self.set_mark(scene.person, |mark| mark | GONE);
            }
            1 => {
                let (from, to) = (Who::Person(scene.peer), Who::Person(scene.person));
                self.say(at, &Said { from, to, call: false, topic: Topic::Chat });
            }
            _ => {
                let business = self.cast.business(scene.person, scene.relation);
                self.contact("contact.erased", at, scene.person, business);
            }
        }
        self.draw.waiting(10 * MINUTE, 10)
    }

    fn is_in_doubt(&mut self, at: i64, scene: &Scene) -> u64 {
        match scene.step {
            0 => self.fact("event.unreadable", at, scene.person),
            1 if self.cast.businesses() > 0 => self.notify(at, scene, Topic::Marketing),
            _ => self.fact("doubt.cleared", at, scene.person),
        }
        self.draw.waiting(10 * MINUTE, 8)
    }

    /// The scene's business sends its person a message.
    fn notify(&mut self, at: i64, scene: &Scene, topic: Topic) {
        let (from, to) = (Who::Business(scene.peer), Who::Person(scene.person));
        self.say(at, &Said { from, to, call: false, topic });
    }
}
