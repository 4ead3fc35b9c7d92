/// What an office model is taught and examined in: questions in French and English that are made from numbers,
/// with their working at each level of reasoning, their answers, and who decides whether an answer is right.
package ouverture.train.lesson;
