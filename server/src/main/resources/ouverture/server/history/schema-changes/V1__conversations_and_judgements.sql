-- Times are milliseconds since 1970, messages are JSON. An owner is the name of an API key, or empty.
create table conversation (
    owner text not null,
    id text not null,
    title text not null,
    changed integer not null,
    messages text not null,
    words text not null, -- what can be searched for, without case and accents
    primary key (owner, id)
) strict;

create index conversation_changed on conversation (owner, changed);

-- What a reader said of an answer.
create table judgement (
    owner text not null,
    id text not null,
    conversation text not null,
    judged integer not null,
    messages text not null, -- before the answer
    answer text not null,
    model text not null,
    good integer not null check (good in (0, 1)),
    primary key (owner, id),
    foreign key (owner, conversation) references conversation (owner, id) on delete cascade
) strict;

create index judgement_conversation on judgement (owner, conversation);
