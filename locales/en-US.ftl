### Every sentence for readers, in American English: pages, newsletter blocks, Atom and calendars.
###
### For translators: each message is one whole sentence or label. A variable such as { $title } is replaced by a text
### of the organizer or by a date. You can move it within its message, or leave it out. The texts of commands and logs
### for organizers and operators are not in this file.

## Links and buttons

all_sessions = All sessions
all_sessions_of = All sessions of { $calendar }
subscribe = Subscribe
register = Register
join = Join
add_to = Add to { $app }
add_to_other = Add to any other app (.ics)

## Titles of redirects, and the accessible names of links in newsletter blocks; $title may be cut

register_for = Register: { $title }
join_in = Join: { $title }
add_title_to = Add to { $app }: { $title }
add_title_to_other = Add to any other app (.ics): { $title }
subscribe_in = Subscribe in { $app }: { $feed }
address_changed = This address has changed

## The place of a session

online = Online
place_and_online = { $place }, and online

## Notices at the top of a session's page

session_cancelled = This session is cancelled.
session_over = This session is over.
session_tentative = This session is not certain yet.
session_removed = This session is no longer planned.
session_planned = The date will be announced.
registration_opens = Registration opens: { $when }.
registration_closes = Register by: { $when }.
registration_full = Registration is full.
registration_closed = Registration is closed.
# $before and $after are dates with times; $after has no date if it is the same day.
session_moved = Moved from { $before } to { $after }.

## Recent changes of a session; $place, $before and $after are places, each with a final period

place_added = There is now a place: { $place }
place_changed = The place has changed. Was: { $before } Now: { $after }
place_removed = This session is no longer at { $place }
register_added = There is now a link to register.
register_changed = The link to register has changed.
register_removed = There is no longer a link to register.
join_added = There is now a link to join.
join_changed = The link to join has changed.
join_removed = There is no longer a link to join.

## Every page

# The title of a browser's tab.
page_title = { $title } - { $calendar }
hosted_by = Hosted by { $organizer }
# The script of the pages shows the time in the reader's own zone.
your_time = Your time: { $time }
# A button that copies the text next to it: its label before and after a click.
copy = Copy
copied = Copied

## The home page and the pages of years

upcoming = Upcoming
past = Past
date_to_be_announced = Date to be announced
no_sessions = No sessions are scheduled right now. Subscribe, and new ones will appear in your calendar automatically.
next_of_all = Showing the next { $shown } of { $all }. Later sessions are on the year pages.
subscribe_to_all_sessions = Subscribe to all sessions
subscribe_to_series = Subscribe to one series
sessions_by_year = All sessions by year
# For screen readers: the list of links to the pages of years.
years = Years
sessions_in_year = Sessions in { $year }

## The page of a session

# For search engines and link previews: the date, then the first words of the description, if there is one.
session_summary = { $when }. { $text }
speakers = { $count ->
    [one] Speaker
   *[other] Speakers
}
# $about is a line about a speaker.
speaker_about = { $name }, { $about }
access = Access: { $access }
watch_recording = Watch the recording
slides = Slides
more_about_session = More about this session
add_session = Add this session to your calendar
copy_stays = A copy that does not update if the session moves.
any_other_app = Any other app (.ics)
or_subscribe = Or subscribe
subscription_updates = A calendar that you subscribe to updates itself.
all_of_feed = All of { $feed }

## The page of a feed

next_of_feed = Showing the next { $shown } of { $all }. The calendar has them all.
new_sessions_appear = A calendar that you subscribe to updates itself: new sessions and changed times appear automatically.
address_for_others = The address, for every other app
others = Outlook for Windows, Thunderbird, Proton, Fastmail and others
# The three variables are other_add, other_subscribe and other_internet, which calendar apps write on their buttons.
others_how = Copy the address above. In your calendar look for { $add }, { $subscribe } or { $internet }, and paste it there.
other_add = Add calendar
other_subscribe = Subscribe
other_internet = From the internet
# The variable is yahoo_follow, a menu entry of Yahoo Calendar.
yahoo_how = In Yahoo Calendar choose { $follow } and paste it.
yahoo_follow = Follow other calendars
android = Android
android_how = The Google Calendar app on a phone cannot subscribe by itself. Open this page on a computer, choose { $google }, and your phone will show the calendar too.
android_without_computer = Without a computer: the free app ICSx5 subscribes to the address above.
how_fast = How fast changes appear
how_fast_text = That is up to your calendar: Apple looks about every hour, Outlook every few hours, Google a few times a day.
no_sessions_in_frame = No sessions are scheduled right now.
calendar_ended = This calendar has ended. Nothing new will appear in it.

## The page for Apple Calendar

apple_open = Open in Apple Calendar
apple_nothing_happens = If nothing happens
apple_in_apps = In a mail or chat app: open this page in Safari first, then use the link above.
apple_iphone = On an iPhone or iPad: Settings, Apps, Calendar, Calendar Accounts, Add Account, Other, Add Subscribed Calendar. Paste the address below.
apple_mac = On a Mac: Calendar, File, New Calendar Subscription. Paste the address below.
apple_address = The address: { $address }
apple_others = Other calendars

## Error pages: the title of the tab, the heading, and a sentence before the link to all sessions

not_found_title = Not found
not_found = There is nothing here
not_found_text = The address may be mistyped.
gone_title = Gone
gone = This page has been removed
bad_request_title = Bad request
bad_request = This address cannot be read
bad_request_text = It may be mistyped, or cut off.
too_long_title = Address too long
too_long = This address is too long
too_long_text = Nothing here has one like that.
not_allowed_title = Method not allowed
not_allowed = Only GET and HEAD are answered here
precondition_failed_title = Precondition failed
precondition_failed = This has changed in the meantime

## Atom

atom_cancelled = Cancelled: { $title }
atom_tentative = Not certain yet: { $title }
atom_moved = Moved: { $title }
# $news are sentences.
atom_summary = { $when }. { $news }
atom_recording = Recording: { $title }
atom_slides = Slides: { $title }
atom_more = More, and add it to your calendar

## The newsletter page, for organizers

newsletter_title = Newsletter: { $title }
newsletter_loopback = These links lead to { $address }, which only this machine reaches. Set the public address before you send them.
newsletter_how = Copy one of the three forms into your newsletter. Its links keep working: if a session moves, they lead to the new time.
newsletter_page = The page that readers see
newsletter_preview = As it will look
newsletter_copy = To copy
newsletter_plain_text = Plain text
newsletter_changed = What changed
newsletter_changed_how = For readers who know the old time, place or link. Send it soon: calendar apps look when they like.

## Blocks for newsletters

block_none = No sessions are scheduled right now. Subscribe, and the next one will appear in your calendar automatically.
block_cancelled = Cancelled. This session does not take place.
block_more = { $count ->
    [one] And one more session.
   *[other] And { $count } more sessions.
}
block_subscribe = Subscribe to all: { $feed }
# $link is block_subscribe.
block_updates = { $link } (updates itself)
# $names are names, between commas.
block_speakers = { $count ->
    [one] Speaker: { $names }
   *[other] Speakers: { $names }
}
block_about = About this session
# Replaces an address in the text of a session.
block_address = (see the page)
block_was = Was: { $when }
block_now = Now: { $when }
block_more_changed = { $count ->
    [one] And one more session changed.
   *[other] And { $count } more sessions changed.
}

## Calendars. Changing one of these messages updates subscribers' entries: SEQUENCE rises for each session with the message

event_cancelled_title = CANCELLED: { $title }
event_cancelled = This session is cancelled.
event_register = Register: { $address }
event_join = Join: { $address }
event_recording = Recording: { $address }
event_slides = Slides: { $address }
event_speaker = Speaker: { $speaker }
event_access = Access: { $access }
event_about = About this session: { $address }
event_all = All sessions, kept up to date: { $address }
# The button of some apps that opens an online meeting.
event_join_label = Join

## The last entry of a calendar that has ended

ended_title = This calendar has ended: { $feed }
ended_text = Nothing new will appear in this calendar, and it will be gone after a while. You can remove it.
ended_all = All sessions of { $calendar }: { $address }
